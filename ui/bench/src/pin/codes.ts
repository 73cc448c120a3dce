import type { EnrolmentSummary } from '../bindings/types';
import { fromBase64url } from '../inspector/bytes';

const CODE = /^touchstone-(enrol|logon):([A-Za-z0-9_-]+)$/;

/** True for a text that a phone can make something of. */
export const isCode = (text: string): boolean => CODE.test(text.trim());

/** True for the code of a workstation. */
export const isLogon = (text: string): boolean => CODE.exec(text.trim())?.[1] === 'logon';

/** The code that this phone should scan: of several, the one that names an enrolment of its own. */
export function codeFor(codes: readonly string[], enrolments: readonly EnrolmentSummary[]): string | null {
  const read = codes.map((text) => text.trim()).filter(isCode);
  const own = read.find((text) => {
    const inside = insideOf(text);
    return enrolments.some(({ enrolmentId }) => inside.includes(enrolmentId));
  });
  return own ?? read[0] ?? null;
}

/** The bytes behind a code, one character each: ids stand among them as they are. */
function insideOf(text: string): string {
  const bytes = fromBase64url(CODE.exec(text)?.[2] ?? '') ?? new Uint8Array();
  return new TextDecoder('latin1').decode(bytes);
}
