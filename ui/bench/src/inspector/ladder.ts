import type { Event, VerificationReport, VerificationStep } from '../bindings/types';

/** How a step ended, with the sign that stands beside its colour. */
export const SIGNS = { passed: '✓', failed: '✕', notApplicable: '–' } as const;

/** The sign of an outcome; a question mark for one that is not known. */
export function signOf(step: VerificationStep): string {
  return SIGNS[step.outcome as keyof typeof SIGNS] ?? '?';
}

/** The ladder that an event carries; none for other events. */
export function ladderOf(event: Event): VerificationReport | null {
  if (event.kind !== 'rp.verification' && event.kind !== 'rp.pin.judged') return null;
  const body: unknown = event.body;
  if (typeof body !== 'object' || body === null || !('steps' in body) || !Array.isArray(body.steps)) return null;
  return body as VerificationReport;
}

/** "7.2 · verified", or which step failed and why. */
export function verdict(report: VerificationReport): string {
  const section = report.steps[0]?.section ?? '';
  if (report.verified) return `${section} · verified`.trim();
  const failed = report.steps.find((step) => step.outcome === 'failed');
  if (!failed) return `${section} · not verified`.trim();
  const why = failed.actual ? ` (${failed.actual})` : '';
  return `${failed.section} · step ${failed.step} failed: ${failed.name}${why}`;
}

/** "21 passed, 4 not applicable". */
export function count(report: VerificationReport): string {
  const of = (outcome: string) => report.steps.filter((step) => step.outcome === outcome).length;
  const parts: [number, string][] = [
    [of('failed'), 'failed'],
    [of('passed'), 'passed'],
    [of('notApplicable'), 'not applicable'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, name]) => `${number} ${name}`)
    .join(', ');
}
