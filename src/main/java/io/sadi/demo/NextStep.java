package io.sadi.demo;

import java.util.List;

/**
 * What to do after a demo.
 *
 * @param what the purpose, in a few words
 * @param commands its commands
 */
record NextStep(String what, List<String> commands) {
  static List<NextStep> after(DemoFolder demo) {
    return List.of(
        new NextStep(
            "learn from photos (LSP and LSPET, with their joints.mat)",
            List.of(
                "sadi prepare lspet --annotations lspet/joints.mat --images lspet/images"
                    + " --out data/lspet",
                "sadi train --config configs/small.yaml --data data/lspet --out runs/small")),
        new NextStep(
            "learn from MPII, without MATLAB",
            List.of(
                "sadi prepare mpii --annotations mpii_human_pose_v1_u12_1.mat --images images"
                    + " --out data/mpii",
                "sadi train --config configs/paper-mpii.yaml --data data/mpii --out runs/mpii")),
        new NextStep(
            "learn from photos of your own, annotated as COCO keypoints",
            List.of(
                "sadi prepare coco --annotations people.json --images photos --out data/mine",
                "sadi train --config configs/small.yaml --data data/mine --out runs/mine")),
        new NextStep(
            "find joints in photos of your own",
            List.of(
                "sadi predict --model runs/small/checkpoints/best.safetensors photos"
                    + " --out joints.csv --overlays drawn")),
        new NextStep(
            "see what each part of the network is worth",
            List.of("sadi ablate --variant baseline,rfm-only,full --data " + demo.data())));
  }

  /** What to do after a demo whose network has not learned. */
  static List<NextStep> afterFailure(DemoFolder demo, int seed) {
    return List.of(
        new NextStep("see whether this machine computes rightly", List.of("sadi doctor")),
        new NextStep(
            "train the same network in float32",
            List.of(
                "sadi train --config "
                    + demo.run().resolve("config.yaml")
                    + " --precision fp32 --data "
                    + demo.data()
                    + " --out "
                    + demo.path().resolve("fp32"))),
        new NextStep(
            "do it all again with another seed",
            List.of("sadi demo --seed " + (seed + 1) + " --out " + demo.path() + "-again")));
  }
}
