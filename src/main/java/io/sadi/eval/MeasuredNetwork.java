package io.sadi.eval;

import io.sadi.data.Fingerprint;
import org.jspecify.annotations.Nullable;

/**
 * The network that an evaluation is of, and whom it was measured on.
 *
 * @param file the name of its weights' file
 * @param epoch how many epochs it was trained
 * @param people whom it was measured on
 * @param protocol how it was tested; null where an older version does not say
 * @param fusion of the decode {@code fused}; null where that was not measured
 */
public record MeasuredNetwork(
    String file,
    int epoch,
    Fingerprint people,
    @Nullable TestProtocol protocol,
    @Nullable Fusion fusion) {}
