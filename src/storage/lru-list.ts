/**
 * Exact order of use of the records of one shard, kept only where the number of keys per shard is bounded
 * (`max-keys-per-shard`): there the sampled LRU clock of seconds would be too coarse. A record keeps the number of its
 * node in its access field; 16 bytes a key.
 */
export class LruList {
  // Node 0 is the ring's head: next(0) was used most recently, previous(0) least recently.
  private nextNode = new Int32Array(16);
  private previousNode = new Int32Array(16);
  private refs = new Int32Array(16);
  private usedAtSeconds = new Int32Array(16);
  private freeNode = 0;
  private nodes = 1;

  /** Adds a record as the most recently used; its node. */
  add(ref: number, nowSeconds: number): number {
    let node = this.freeNode;
    if (node !== 0) this.freeNode = this.nextNode[node]!;
    else {
      if (this.nodes === this.refs.length) this.grow();
      node = this.nodes++;
    }
    this.refs[node] = ref;
    this.usedAtSeconds[node] = nowSeconds;
    this.linkFirst(node);
    return node;
  }

  touch(node: number, nowSeconds: number): void {
    this.usedAtSeconds[node] = nowSeconds;
    if (this.nextNode[0] === node) return;
    this.unlink(node);
    this.linkFirst(node);
  }

  remove(node: number): void {
    this.unlink(node);
    this.nextNode[node] = this.freeNode;
    this.freeNode = node;
  }

  setRef(node: number, ref: number): void {
    this.refs[node] = ref;
  }

  usedAt(node: number): number {
    return this.usedAtSeconds[node]!;
  }

  /** The least recently used record, or 0. */
  get oldest(): number {
    const node = this.previousNode[0]!;
    return node === 0 ? 0 : this.refs[node]!;
  }

  clear(): void {
    this.nextNode[0] = 0;
    this.previousNode[0] = 0;
    this.freeNode = 0;
    this.nodes = 1;
  }

  get bytes(): number {
    return this.refs.length * 16;
  }

  private linkFirst(node: number): void {
    const first = this.nextNode[0]!;
    this.nextNode[node] = first;
    this.previousNode[node] = 0;
    this.previousNode[first] = node;
    this.nextNode[0] = node;
  }

  private unlink(node: number): void {
    const next = this.nextNode[node]!;
    const previous = this.previousNode[node]!;
    this.nextNode[previous] = next;
    this.previousNode[next] = previous;
  }

  private grow(): void {
    const capacity = this.refs.length * 2;
    const larger = (current: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(capacity);
      array.set(current);
      return array;
    };
    this.nextNode = larger(this.nextNode);
    this.previousNode = larger(this.previousNode);
    this.refs = larger(this.refs);
    this.usedAtSeconds = larger(this.usedAtSeconds);
  }
}
