/** From anything that can go wrong to one plain sentence with a way out. */
import { Refusal, Unreachable, Unreadable } from './api';
import type { RelyingParty, Report, Step } from './bindings';

export type Doing = 'signIn' | 'signUp' | 'addPasskey' | 'setUpPin' | 'resetPin' | 'other';

export interface Finding {
  /** "Step 11 of WebAuthn §7.2: challenge is the one issued" */
  title: string;
  expected: string;
  actual: string;
}

export interface Notice {
  /** `quiet`: nothing went wrong, the person chose it. */
  tone: 'error' | 'quiet';
  sentence: string;
  /** The steps of the relying party's ladder that failed. */
  findings: Finding[];
}

export function explain(error: unknown, doing: Doing, relyingParty: RelyingParty | null): Notice {
  if (error instanceof Refusal) {
    return { tone: 'error', sentence: error.message, findings: findings(error.report) };
  }
  if (nameOf(error) === 'AbortError') {
    return { tone: 'quiet', sentence: cancelled[doing], findings: [] };
  }
  return { tone: 'error', sentence: sentence(error, doing, relyingParty), findings: [] };
}

const cancelled: Record<Doing, string> = {
  signIn: 'Cancelled. You are not signed in.',
  signUp: 'Cancelled. No account was created.',
  addPasskey: 'Cancelled. No passkey was added.',
  setUpPin: 'Cancelled. The phone is not set up.',
  resetPin: 'Cancelled. The PIN was not reset.',
  other: 'Cancelled. Nothing was changed.',
};

function sentence(error: unknown, doing: Doing, relyingParty: RelyingParty | null): string {
  if (error instanceof Unreachable) {
    return 'The server of this site does not answer. Check that it is running and that you are connected, then try again.';
  }
  if (error instanceof Unreadable) {
    return `The server answered with something this page cannot read (status ${error.status}). Reload the page, then try again.`;
  }
  const known = ofBrowser(nameOf(error), doing, relyingParty);
  if (known) return known;
  const detail = error instanceof Error ? error.message : String(error);
  return `This page met something it did not expect (${detail}). Reload it, then try again.`;
}

/** The exceptions that WebAuthn Level 3 §5.1.3 and §5.1.4 name; null for any other. */
function ofBrowser(
  name: string,
  doing: Doing,
  relyingParty: RelyingParty | null,
): string | null {
  const creating = doing === 'signUp' || doing === 'addPasskey';
  switch (name) {
    case 'NotAllowedError':
      return creating
        ? 'No passkey was created: it was cancelled or timed out. Try again.'
        : 'The passkey was not used: it was cancelled or timed out. Try again.';
    case 'InvalidStateError':
      return creating
        ? 'This device already has a passkey for this account. Sign in with it, or use another device.'
        : 'The device could not use its passkey now. Try again.';
    case 'SecurityError':
      return relyingParty
        ? `This address may not use passkeys for ${relyingParty.rpId}. Open the site at ${relyingParty.origin}.`
        : 'This address may not use passkeys for this site. Open the site at its own address.';
    case 'NotSupportedError':
      return 'No device here can make the kind of passkey this site asks for. Use another device or a security key.';
    case 'ConstraintError':
      return 'This device cannot check that it is you. Set up a PIN or screen lock on it, or use another device.';
    case 'TimeoutError':
      return 'The passkey was not used in time. Try again.';
    case 'NotReadableError':
    case 'UnknownError':
    case 'OperationError':
      return `The device or browser reported a failure (${name}). Try again, or use another device.`;
    default:
      return null;
  }
}

function findings(report: Report | undefined): Finding[] {
  const failed = report?.steps.filter((step) => step.outcome === 'failed') ?? [];
  return failed.map(finding);
}

function finding(step: Step): Finding {
  const ladder = step.section === 'pin-sync' ? 'the PIN exchange' : `WebAuthn §${step.section}`;
  return {
    title: `Step ${step.step} of ${ladder}: ${step.name}`,
    expected: step.expected || 'nothing',
    actual: step.actual || 'nothing',
  };
}

/** By name and not by class: an exception from another realm is of another class. */
function nameOf(error: unknown): string {
  const name = (error as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : '';
}
