// The part of an ELF program that is loaded when it runs. It leaves out the sections at the end of the file, which only
// debuggers and linkers read. In Node's releases these are a sixth of the file.
// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const PROGRAM_HEADER = { offset: 8, fileSize: 32 } as const;

/** Throws if `program` is not a 64-bit little-endian ELF file. */
export function loadedPart(program: Buffer): Buffer {
  if (program.readUInt32BE(0) !== MAGIC || program[4] !== CLASS_64 || program[5] !== LITTLE_ENDIAN)
    throw new RangeError('Cannot read the program: expected a 64-bit little-endian ELF file, found another');
  const headersAt = Number(program.readBigUInt64LE(32));
  const headerSize = program.readUInt16LE(54);
  const headers = Array.from({ length: program.readUInt16LE(56) }, (_, i) => headersAt + i * headerSize);
  const ends = headers.map((at) => endInFile(program, at));
  const loaded = Buffer.from(program.subarray(0, Math.max(headersAt + headers.length * headerSize, ...ends)));
  return withoutSections(loaded);
}

function endInFile(program: Buffer, at: number): number {
  const size = Number(program.readBigUInt64LE(at + PROGRAM_HEADER.fileSize));
  return size === 0 ? 0 : Number(program.readBigUInt64LE(at + PROGRAM_HEADER.offset)) + size;
}

/** The table of sections was among what is left out, so the header must say that there is none. */
function withoutSections(program: Buffer): Buffer {
  program.writeBigUInt64LE(0n, 40);
  program.writeUInt16LE(0, 60);
  program.writeUInt16LE(0, 62);
  return program;
}
