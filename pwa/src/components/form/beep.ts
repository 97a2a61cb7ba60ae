/** A short sound at the beginning and the end of a measure. A tablet that may not sound stays silent. */

/** Sounds for a tenth of a second at `hertz`. */
export function beep(hertz: number): void {
  try {
    const context = new AudioContext();
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    volume.gain.value = 0.2;
    oscillator.frequency.value = hertz;
    oscillator.connect(volume).connect(context.destination);
    oscillator.onended = () => void context.close();
    oscillator.start();
    oscillator.stop(context.currentTime + 0.12);
  } catch {
    // No sound on this tablet: what is measured is on screen.
  }
}
