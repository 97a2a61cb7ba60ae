/** FEV1 and FVC of a curve whose device gave none (ATS/ERS 2019, doi 10.1164/rccm.201908-1590ST). */
import type { Point } from "./curves";

/** What a curve says, in L; undefined where it does not say it. */
export interface Measured {
  readonly fev1: number | undefined;
  readonly fvc: number | undefined;
}

/**
 * FVC is the largest volume above the first one. FEV1 is the volume one second after time zero, which is where the
 * line through the peak flow, with the peak flow as its slope, meets the starting volume (back-extrapolation); it is
 * interpolated between two samples, and undefined when the recording ends before that second has passed.
 */
export function measure(points: readonly Point[]): Measured {
  const first = points[0];
  if (first === undefined || points.length < 2) return { fev1: undefined, fvc: undefined };
  const fvc = Math.max(...points.map(({ volume_l }) => volume_l)) - first.volume_l;
  const peak = points.reduce((best, point) => (point.flow_l_s > best.flow_l_s ? point : best), first);
  if (fvc <= 0 || peak.flow_l_s <= 0) return { fev1: undefined, fvc: undefined };
  const zero = peak.time_s - (peak.volume_l - first.volume_l) / peak.flow_l_s;
  const volume = volumeAt(points, zero + 1);
  return { fev1: volume === undefined ? undefined : volume - first.volume_l, fvc };
}

function volumeAt(points: readonly Point[], time_s: number): number | undefined {
  const after = points.findIndex((point) => point.time_s >= time_s);
  const right = points[after];
  const left = points[after - 1];
  if (right === undefined || left === undefined) return undefined;
  const share = (time_s - left.time_s) / (right.time_s - left.time_s);
  return left.volume_l + (right.volume_l - left.volume_l) * share;
}
