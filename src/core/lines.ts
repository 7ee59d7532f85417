/** Splits a stream of bytes into lines, in memory that does not grow with the length of a line or of the stream. */

/** The content without the line break, or the size if the line is longer than allowed. */
export type Line = { readonly content: Buffer } | { readonly bytes: number };

/**
 * Yields the lines that each chunk completes, together; the last line needs no line break.
 * @param longest maximum bytes of a line; the content of a longer one is not kept, only its size
 */
export async function* linesOf(source: AsyncIterable<Buffer | string>, longest: number): AsyncIterable<Line[]> {
  let kept: Buffer[] = [];
  let bytes = 0;
  const take = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > longest) kept = [];
    else kept.push(piece);
  };
  const finish = (): Line => {
    const line = bytes > longest ? { bytes } : { content: withoutReturn(Buffer.concat(kept)) };
    kept = [];
    bytes = 0;
    return line;
  };
  for await (const piece of source) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      lines.push(finish());
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (bytes > 0) yield [finish()];
}

/** Removes the carriage return of Windows line endings. */
function withoutReturn(content: Buffer): Buffer {
  return content.at(-1) === 13 ? content.subarray(0, -1) : content;
}
