/** Keys that clients keep copies of (CLIENT TRACKING). */
export class Tracking {
  keyCount = 0;
  itemCount = 0;
  prefixCount = 0;
}
