import { plural } from '$kit/plural';
import type { Event } from '../bindings/types';

/** Reads an event's body without trusting its shape. */
export function text(event: Event | undefined, name: string): string | undefined {
  const value = member(event, name);
  return typeof value === 'string' ? value : undefined;
}

export function number(event: Event | undefined, name: string): number | undefined {
  const value = member(event, name);
  return typeof value === 'number' ? value : undefined;
}

export function member(event: Event | undefined, name: string): unknown {
  const body: unknown = event?.body;
  if (typeof body !== 'object' || body === null) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** A member of a member. */
export function inner(event: Event | undefined, outer: string, name: string): unknown {
  const value = member(event, outer);
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** "45 µs", "0.4 ms", "61 ms", "14.2 s", from microseconds. */
export function duration(micros: number | undefined): string | undefined {
  if (micros === undefined || micros < 0) return undefined;
  if (micros < 100) return `${micros} µs`;
  if (micros < 10_000) return `${(micros / 1000).toFixed(1)} ms`;
  if (micros < 1_000_000) return `${Math.round(micros / 1000)} ms`;
  return `${(micros / 1_000_000).toFixed(1)} s`;
}

/** ": alice"; nothing for nobody. */
export function named(name: string | undefined): string {
  return name ? `: ${name}` : '';
}

/** "200 · 1.2 ms", of what there is. */
export function list(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** "1 try left", "3 tries left". */
export function left(tries: number | undefined): string | undefined {
  return tries === undefined ? undefined : `${plural(tries, 'try', 'tries')} left`;
}

/** A map's members; none of anything else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The texts of a list. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
