import io.sadi.api.Box;
import io.sadi.api.Joint;
import io.sadi.api.Photo;
import io.sadi.api.PhotoPoses;
import io.sadi.api.Pose;
import io.sadi.api.PoseModel;
import io.sadi.api.PoseOptions;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds people in the photos named on the command line, and prints their joints. */
public final class Consumer {
  private Consumer() {}

  public static void main(String[] files) {
    try (PoseModel model = PoseModel.builtin(PoseOptions.DEFAULTS.device("cpu"))) {
      List<Photo> photos = new ArrayList<>();
      for (String file : files) {
        photos.add(Photo.of(Path.of(file)));
      }
      for (PhotoPoses photo : model.findAll(photos)) {
        System.out.println(photo.name() + " " + photo.error().orElse("people"));
        for (Pose pose : photo.people()) {
          for (Joint joint : pose.joints()) {
            System.out.printf(
                "  %s %.3f %.3f %.4f%n", joint.name(), joint.x(), joint.y(), joint.score());
          }
        }
      }
      BufferedImage grey = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
      List<Pose> two = model.find(grey, List.of(new Box(0, 0, 30, 60), new Box(30, 0, 30, 60)));
      System.out.println(two.size() + " boxes, " + model.skeleton().joints().size() + " joints");
    }
  }
}
