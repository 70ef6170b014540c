#!/bin/sh
# com.microsoft.onnxruntime:onnxruntime 1.29.0 (Java), linux-x64.
#
# Expected: a JVM library that needs native code unpacks it once, as JavaCPP does, or cleans up what
# it has unpacked.
# Seen: each JVM unpacks 27 MB into a folder of its own, onnxruntime-java<random>, in the temporary
# directory. A JVM that ends by itself leaves the folder, empty; one that is halted or killed leaves
# the 27 MB, too. Nothing ever removes either, so a queue of short jobs with a time limit fills /tmp.
# Where it matters: whoever starts a process per photo. What helps: unpack the two libraries oneself
# and name their folder in the property onnxruntime.native.path; SADI does so in
# predict.detect.OnnxRuntime. An empty folder stays all the same.
set -eu
version=1.29.0
command -v mvn >/dev/null && command -v javac >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B -ntp dependency:copy -Dartifact=com.microsoft.onnxruntime:onnxruntime:$version \
  -DoutputDirectory=. -Dmdep.useBaseVersion=true >/dev/null || exit 77
jar=onnxruntime-$version.jar
cat > Load.java <<'JAVA'
import ai.onnxruntime.OrtEnvironment;

public class Load {
  public static void main(String[] how) {
    OrtEnvironment.getEnvironment();
    if (how.length > 0) {
      Runtime.getRuntime().halt(0);
    }
  }
}
JAVA
javac -cp $jar Load.java
mkdir ended halted named
java -Djava.io.tmpdir=ended -cp $jar:. Load
java -Djava.io.tmpdir=ended -cp $jar:. Load
java -Djava.io.tmpdir=halted -cp $jar:. Load halt
java -Djava.io.tmpdir=halted -cp $jar:. Load halt

folders() { find "$1" -mindepth 1 -maxdepth 1 -type d -name 'onnxruntime-java*' | wc -l; }
megabytes() { du -sm "$1" | cut -f1; }

echo "2 JVMs that ended: $(folders ended) folders, $(megabytes ended) MB"
echo "2 JVMs halted:     $(folders halted) folders, $(megabytes halted) MB"

# With a folder of one's own nothing is unpacked; an empty folder stays.
mkdir natives
unzip -qoj $jar 'ai/onnxruntime/native/linux-x64/*.so' -d natives
java -Djava.io.tmpdir=named -Donnxruntime.native.path=natives -cp $jar:. Load halt
echo "1 JVM halted, with onnxruntime.native.path: $(folders named) folders, $(megabytes named) MB"

[ "$(folders ended)" = 2 ] && [ "$(megabytes ended)" -lt 2 ] &&
  [ "$(folders halted)" = 2 ] && [ "$(megabytes halted)" -gt 50 ] &&
  [ "$(folders named)" = 1 ] && [ "$(megabytes named)" -lt 2 ]
