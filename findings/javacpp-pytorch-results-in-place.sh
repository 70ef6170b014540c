#!/bin/sh
# org.bytedeco:pytorch 2.10.0-1.5.13 (LibTorch 2.10.0 through JavaCPP), linux-x86_64.
#
# Expected: torch.relu_(a) returns a tensor as torch.relu(a) does: in C++ and Python a Tensor is a
# counted reference, so that a result keeps its values whatever becomes of a. a.add_(b) gives back the
# very Java object a, which is as good.
# Seen: the functions of the class torch that work in place give a new Java object at the address of
# the one that a wraps, without a reference of its own (referenceCount -1): retainReference() on it
# does nothing, and says nothing. Once a PointerScope gives a back, the result means memory that is
# free. The result of torch.relu(a), kept in the same way, lives on.
# Where it matters: blocks with a scope of their own whose last operation is relu_. What helps:
# new Tensor(result) before the scope ends, which counts; SADI's torch.Tensors.result does so. This
# script looks at counts and addresses, and touches nothing that was given back.
set -eu
javacpp=1.5.13
pytorch=2.10.0-$javacpp
openblas=0.3.31-$javacpp
command -v mvn >/dev/null && command -v javac >/dev/null || exit 77
[ "$(uname -sm)" = "Linux x86_64" ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for artifact in javacpp:$javacpp openblas:$openblas pytorch:$pytorch; do
  for part in "$artifact" "$artifact:jar:linux-x86_64"; do
    mvn -q -B -ntp dependency:copy "-Dartifact=org.bytedeco:$part" -DoutputDirectory=jars \
      >/dev/null || exit 77
  done
done
cat > Results.java <<'JAVA'
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

public class Results {
  public static void main(String[] none) {
    Tensor kept;
    Tensor copied;
    try (PointerScope scope = new PointerScope()) {
      Tensor a = torch.ones(new long[] {2});
      Tensor out = torch.relu(a);
      Tensor in = torch.relu_(a);
      say("torch.relu(a)", out, a);
      say("torch.relu_(a)", in, a);
      say("a.add_(a)", a.add_(a), a);
      in.retainReference();
      System.out.println("torch.relu_(a), retained: " + in.referenceCount());
      kept = out.retainReference();
      copied = new Tensor(in).retainReference();
    }
    System.out.println("after the scope: out " + value(kept) + ", copy " + value(copied));
  }

  private static float value(Tensor tensor) {
    return tensor.data_ptr_float().get();
  }

  private static void say(String what, Tensor result, Tensor operand) {
    System.out.println(
        what
            + ": "
            + result.referenceCount()
            + (result == operand ? ", the operand" : "")
            + (result.address() == operand.address() ? ", at its address" : ""));
  }
}
JAVA
javac -cp 'jars/*' Results.java
java -cp 'jars/*:.' Results 2>/dev/null | tee seen

grep -qx "torch.relu(a): 1" seen
grep -qx "torch.relu_(a): -1, at its address" seen
grep -qx "a.add_(a): 1, the operand, at its address" seen
grep -qx "torch.relu_(a), retained: -1" seen
grep -qx "after the scope: out 1.0, copy 2.0" seen
