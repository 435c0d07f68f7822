// Access codes as a pupil types them: ten Crockford characters and a check character (SPEC I7).

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 11;
const MODULUS = 31;

// Upper case, without spaces and hyphens; the look-alikes O, I and L become digits.
export function normalise(typed) {
  return typed
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2014_.]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

// The eleventh character: odd weights 1, 3 … 19 modulo 31 find a wrong character and a swap of neighbours.
export function checkCharacter(ten) {
  const sum = [...ten].reduce((total, character, i) => total + (2 * i + 1) * ALPHABET.indexOf(character), 0);
  return ALPHABET[sum % MODULUS];
}

// Groups of four: K7QW-3MX9-T2R.
export function grouped(code) {
  return code.match(/.{1,4}/g)?.join("-") ?? "";
}

// What is wrong with a normalised code: "short", "long", "typing", or "" when it may be right.
export function faultOf(code) {
  if ([...code].some((character) => !ALPHABET.includes(character))) return "typing";
  if (code.length < LENGTH) return "short";
  if (code.length > LENGTH) return "long";
  return checkCharacter(code.slice(0, LENGTH - 1)) === code.at(-1) ? "" : "typing";
}
