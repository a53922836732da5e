// The MD5 of a program's file, computed here: browsers have no MD5 of their own, and the file need not leave them.
(() => {
  "use strict";
  const PIECE = 4 * 1024 * 1024;
  const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
  const SINES = Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);
  const FUNCTIONS = [
    (b, c, d) => (b & c) | (~b & d),
    (b, c, d) => (d & b) | (~d & c),
    (b, c, d) => b ^ c ^ d,
    (b, c, d) => c ^ (b | ~d),
  ];
  const PLACES = [(at) => at, (at) => (5 * at + 1) % 16, (at) => (3 * at + 5) % 16, (at) => (7 * at) % 16];

  // RFC 1321: a state of four words, and 64 bytes mixed into it at a time.
  const mix = (state, words) => {
    let [a, b, c, d] = state;
    for (let at = 0; at < 64; at += 1) {
      const round = at >> 4, shift = SHIFTS[round][at & 3];
      const sum = (a + FUNCTIONS[round](b, c, d) + SINES[at] + words[PLACES[round](at)]) | 0;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
    }
    state[0] = (state[0] + a) | 0;
    state[1] = (state[1] + b) | 0;
    state[2] = (state[2] + c) | 0;
    state[3] = (state[3] + d) | 0;
  };
  const take = (state, bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), words = new Int32Array(16);
    for (let from = 0; from < bytes.length; from += 64) {
      for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(from + 4 * at, true);
      mix(state, words);
    }
  };
  const md5 = async (file, tell) => {
    const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
    let rest = new Uint8Array();
    for (let from = 0; from < file.size; from += PIECE) {
      // Pieces are whole blocks but for the last one.
      const piece = new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer());
      const whole = piece.length - (piece.length % 64);
      take(state, piece.subarray(0, whole));
      rest = piece.slice(whole);
      tell(Math.min(from + PIECE, file.size) / file.size);
    }
    const last = new Uint8Array(rest.length < 56 ? 64 : 128);
    last.set(rest);
    last[rest.length] = 0x80;
    new DataView(last.buffer).setBigUint64(last.length - 8, BigInt(file.size) * 8n, true);
    take(state, last);
    const out = new DataView(new ArrayBuffer(16));
    state.forEach((word, at) => out.setInt32(4 * at, word, true));
    return [...new Uint8Array(out.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const form = document.querySelector("form[data-hashes]"), told = document.getElementById("hash-told");
  form?.querySelector("[data-hash-file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      form.elements.hash.value = await md5(file, (part) => { told.textContent = `${Math.round(part * 100)} %`; });
      told.textContent = `This is the hash of ${file.name}. Add it.`;
      form.elements.hash.focus();
    } catch {
      told.textContent = `${file.name} cannot be read.`;
    }
  });
})();
