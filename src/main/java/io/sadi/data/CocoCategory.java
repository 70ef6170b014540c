package io.sadi.data;

/** What a COCO file calls those whose joints it has. */
public record CocoCategory(CocoId id, String name) {
  /** COCO's own, for people who come from no COCO file. */
  public static final CocoCategory PERSON = new CocoCategory(CocoId.of(1), "person");
}
