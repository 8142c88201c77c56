import { withoutInvisible } from "./text.js";

const LONGEST = 254;
const ADDRESS = /^[^\s@<>()\[\],;:\\"]{1,64}@[^\s@<>()\[\],;:\\"]+\.[^\s@<>()\[\],;:\\".]{2,}$/;

/** @returns {boolean} whether it is one address, as far as its form says so (shared/fields/email.py) */
export function isEmail(typed) {
  const address = withoutInvisible(typed).trim();
  return address.length <= LONGEST && ADDRESS.test(address);
}
