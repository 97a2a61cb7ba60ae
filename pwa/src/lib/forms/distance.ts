/** Distance as the crow flies. */
import type { Position } from "./answers";
import { roundHalfUp } from "./numbers";

const EARTH_RADIUS_KM = 6371.0088;

/** Kilometres between two positions: haversine on a sphere of 6371.0088 km (IUGG mean radius). */
export function haversineKm(from: Position, to: Position): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const halfChord = (a: number, b: number): number => Math.sin((radians(b) - radians(a)) / 2) ** 2;
  const h =
    halfChord(from.latitude, to.latitude) +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      halfChord(from.longitude, to.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** The same, to one decimal, half up: what a form records. */
export function distanceKm(from: Position, to: Position): number {
  return roundHalfUp(haversineKm(from, to), 1);
}
