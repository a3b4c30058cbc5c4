/** Reads an answer from front to back. @throws RangeError beyond its end. */
export class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int8(): number {
    return this.bytes.readInt8(this.#step(1));
  }
  int16(): number {
    return this.bytes.readInt16BE(this.#step(2));
  }
  int32(): number {
    return this.bytes.readInt32BE(this.#step(4));
  }
  int64(): number {
    const at = this.#step(8);
    return this.bytes.readInt32BE(at) * 2 ** 32 + this.bytes.readUInt32BE(at + 4);
  }

  string(): string {
    const length = this.int16();
    return length < 0 ? '' : this.bytes.toString('utf8', this.#step(length), this.at);
  }

  /** int32 length and bytes, as a view; null is empty. */
  view(): Buffer {
    const length = Math.max(0, this.int32());
    return this.bytes.subarray(this.#step(length), this.at);
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  // Flexible versions (KIP-482): lengths are unsigned varints of one more, zero is null, and each structure ends with tagged fields.

  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes.readUInt8(this.#step(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('Varint is malformed');
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.bytes.toString('utf8', this.#step(length), this.at);
  }

  compactArray<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.uvarint() - 1) }, read);
  }

  /** Passes over tagged fields: tag, size, then exactly size bytes. */
  tags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint();
      this.#step(this.uvarint());
    }
  }

  #step(bytes: number): number {
    const at = this.at;
    this.at += bytes;
    if (this.at > this.bytes.length) throw new RangeError('The answer is cut off');
    return at;
  }
}

/** Writes a request body of a flexible version. Small: coordinators, not records. */
export class FlexibleBody {
  readonly #parts: Buffer[] = [];

  get buffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  int8(value: number): this {
    return this.#fixed(1, (b) => b.writeInt8(value));
  }
  int16(value: number): this {
    return this.#fixed(2, (b) => b.writeInt16BE(value));
  }
  int32(value: number): this {
    return this.#fixed(4, (b) => b.writeInt32BE(value));
  }
  int64(value: bigint): this {
    return this.#fixed(8, (b) => b.writeBigInt64BE(value));
  }
  bool(value: boolean): this {
    return this.#fixed(1, (b) => b.writeInt8(value ? 1 : 0));
  }

  uvarint(value: number): this {
    const bytes: number[] = [];
    for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
    bytes.push(value);
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.uvarint(0);
    const bytes = Buffer.from(value);
    this.uvarint(bytes.length + 1);
    this.#parts.push(bytes);
    return this;
  }

  bytes(value: Buffer): this {
    this.uvarint(value.length + 1);
    this.#parts.push(value);
    return this;
  }

  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    this.uvarint(items === null ? 0 : items.length + 1);
    items?.forEach(write);
    return this;
  }

  /** None of ours has any. */
  tags(): this {
    return this.uvarint(0);
  }

  #fixed(bytes: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.allocUnsafe(bytes);
    write(buffer);
    this.#parts.push(buffer);
    return this;
  }
}
