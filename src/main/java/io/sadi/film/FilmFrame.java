package io.sadi.film;

/**
 * A frame as a player shows it: turned as the film says, its pixels square.
 *
 * @param number in the film, from 0, whichever frames were chosen
 * @param time when it is shown, in seconds from the film's beginning
 * @param rgb at least H*W*3 bytes, interleaved, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FilmFrame(long number, double time, int width, int height, byte[] rgb) {}
