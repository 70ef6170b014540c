#!/bin/sh
# org.bytedeco:opencv 4.13.0-1.5.13 (OpenCV 4.13.0, Java through JavaCPP), linux-x86_64.
#
# Expected: imread(FILE, IMREAD_REDUCED_GRAYSCALE_8) makes a picture smaller in the same way whatever
# it is stored as: "convert image to the single channel grayscale image and the image size reduced
# 1/8". Thin white lines, every 8th column of a black picture, become an eighth of white anywhere.
# Seen: for a JPEG they do (libjpeg decodes fewer frequencies, an average). A PNG, BMP or TIFF is
# decoded whole and then interpolated between the two columns in the middle of each eight: lines
# there become half of white, all others vanish. Hair, nets and text alias, and what a network sees
# depends on the file's format and on where the picture was cut.
# Where it matters: thumbnails and crops for networks. What helps: reduced reading for JPEG only, and
# resize with INTER_AREA for the rest; SADI's image.LazyImage does so.
set -eu
javacpp=1.5.13
opencv=4.13.0-$javacpp
openblas=0.3.31-$javacpp
command -v mvn >/dev/null && command -v javac >/dev/null || exit 77
[ "$(uname -sm)" = "Linux x86_64" ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for artifact in javacpp:$javacpp openblas:$openblas opencv:$opencv; do
  for part in "$artifact" "$artifact:jar:linux-x86_64"; do
    mvn -q -B -ntp dependency:copy "-Dartifact=org.bytedeco:$part" -DoutputDirectory=jars \
      >/dev/null || exit 77
  done
done
cat > Reduced.java <<'JAVA'
import static org.bytedeco.opencv.global.opencv_core.*;
import static org.bytedeco.opencv.global.opencv_imgcodecs.*;

import org.bytedeco.opencv.opencv_core.Mat;

public class Reduced {
  public static void main(String[] none) {
    for (String kind : new String[] {"jpg", "png", "bmp", "tiff"}) {
      for (int line = 0; line < 8; line++) {
        Mat lines = new Mat(64, 64, CV_8UC1);
        for (int y = 0; y < 64; y++) {
          for (int x = 0; x < 64; x++) {
            lines.ptr(y, x).put((byte) (x % 8 == line ? 255 : 0));
          }
        }
        String file = "lines." + kind;
        imwrite(file, lines, new int[] {IMWRITE_JPEG_QUALITY, 100});
        Mat small = imread(file, IMREAD_REDUCED_GRAYSCALE_8);
        System.out.printf("%s column %d: %.0f%n", kind, line, mean(small).get(0));
      }
    }
  }
}
JAVA
javac -cp 'jars/*' Reduced.java
java -cp 'jars/*:.' Reduced 2>/dev/null | tee seen

level() { sed -n "s:^$1 column $2\: ::p" seen; }

for column in 0 1 2 3 4 5 6 7; do
  [ "$(level jpg $column)" -ge 28 ] && [ "$(level jpg $column)" -le 36 ]
  for kind in png bmp tiff; do
    case $column in
      3 | 4) [ "$(level $kind $column)" -ge 120 ] ;;
      *) [ "$(level $kind $column)" = 0 ] ;;
    esac
  done
done
