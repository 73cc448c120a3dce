// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { readCbor } from './cbor';
import { fieldsOf } from './fields';
import { readJson } from './json-spans';
import { trail } from './spans';

interface Case {
  id: string;
  registration: Record<string, string>;
  authentication: Record<string, string>;
}
const vectors = JSON.parse(readFileSync(new URL('../../../../fixtures/vectors/w3c-l3.json', import.meta.url), 'utf8')) as { cases: Case[] };

const hex = (text: string) => new Uint8Array(text.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? []);
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);
const event = (kind: string, body: unknown) => ({ seq: 1, kind, body }) as Event;
const at = (raw: Uint8Array, range: { start: number; end: number } | undefined) => range && toHex(raw.subarray(range.start, range.end));

describe('the fields of the specification’s own vectors', () => {
  it.each(vectors.cases.map((one) => [one.id, one] as const))('are found in the attestation object of %s', (_, { registration }) => {
    const { attestationObject, credential_id, aaguid } = registration;
    const object = hex(attestationObject!);
    expect(readCbor(object)).toMatchObject({ broken: null, item: { kind: 'map', end: object.length } });
    const json = utf8(JSON.stringify({ response: { attestationObject: Buffer.from(object).toString('base64url') } }));
    const spans = fieldsOf(event('rp.request', {}), json);
    expect(spans.problem).toBeNull();
    const id = spans.of('/body/response/attestationObject/authData/credentialId')!;
    const start = attestationObject!.indexOf(credential_id!, attestationObject!.indexOf(aaguid!) + 32) / 2;
    const base = spans.of('/body/response/attestationObject')!.start + '"attestationObject":"'.length;
    expect(id.start).toBe(base + Math.floor((start * 4) / 3));
    expect(id.end).toBe(base + Math.ceil(((start + credential_id!.length / 2) * 4) / 3));
  });

  it.each(vectors.cases.map((one) => [one.id, one] as const))('are found in the CTAP answers of %s', (_, { registration, authentication }) => {
    // The attestation object's members, numbered as CTAP numbers them.
    const { item } = readCbor(hex(registration.attestationObject!));
    const object = hex(registration.attestationObject!);
    const member = (name: string) => {
      const inner = item!.inner.find((one) => one.name === name)!.item;
      return [...object.subarray(inner.start, inner.end)];
    };
    const raw = new Uint8Array([0, 0xa3, 1, ...member('fmt'), 2, ...member('authData'), 3, ...member('attStmt')]);
    const made = fieldsOf(event('client.command.answered', { command: 'authenticatorMakeCredential' }), raw);
    expect(made.problem).toBeNull();
    expect(at(raw, made.of('/status'))).toBe('00');
    expect(at(raw, made.of('/response/authData/aaguid'))).toBe(registration.aaguid);
    expect(at(raw, made.of('/response/authData/credentialId'))).toBe(registration.credential_id);
    expect(made.of('/authenticatorData/credentialId')).toMatchObject(range(made.of('/response/authData/credentialId')!));
    expect(made.of('/response/authData/credentialPublicKey/1')).toBeDefined();

    const data = hex(authentication.authenticatorData!);
    const signature = hex(authentication.signature!);
    const bytes = (content: Uint8Array) => [0x59, content.length >> 8, content.length & 255, ...content];
    const signed = new Uint8Array([0, 0xa2, 2, ...bytes(data), 3, ...bytes(signature)]);
    const spans = fieldsOf(event('client.command.answered', { command: 'authenticatorGetAssertion' }), signed);
    expect(at(signed, spans.of('/response/authData/rpIdHash'))).toBe(authentication.authenticatorData!.slice(0, 64));
    expect(at(signed, spans.of('/response/authData/flags'))).toBe(authentication.authenticatorData!.slice(64, 66));
    expect(at(signed, spans.of('/response/signature'))!.endsWith(authentication.signature!)).toBe(true);
    expect(trail(spans.innermost(spans.of('/response/authData/flags')!.start)!.at)).toBe('response › authData › flags');
  });

  it.each(vectors.cases.map((one) => [one.id, one] as const))('are found in the client data of %s', (_, { authentication }) => {
    const clientData = hex(authentication.clientDataJSON!);
    const json = utf8(`{ "credential": { "response": { "clientDataJSON": "${Buffer.from(clientData).toString('base64url')}" } } }`);
    const spans = fieldsOf(event('rp.request', {}), json);
    const type = spans.of('/body/credential/response/clientDataJSON/type')!;
    expect(spans.innermost(type.start + 4)).toBe(type);
    expect(spans.of('/body/credential/response/clientDataJSON/challenge')!.start).toBeGreaterThanOrEqual(type.end - 1);
  });
});

const range = ({ start, end }: { start: number; end: number }) => ({ start, end });

describe('CBOR', () => {
  it.each([
    ['', 0],
    ['18', 0],
    ['1c', 0],
    ['5f4101ff', 0],
    ['9fff', 0],
    ['bfff', 0],
    ['ff', 0],
    ['6261ff', 0],
    ['a1', 0],
    ['a101', 2],
    ['82', 0],
    ['8201', 0],
    ['820118', 2],
    ['0000', 1],
    ['a20102031c', 4],
    ['9b7fffffffffffffff', 0],
    ['bbffffffffffffffff', 0],
    ['5bffffffffffffffff00', 0],
    ['f8ff', 0],
    ['c1', 1],
    ['81'.repeat(40), 17],
  ])('is not valid in %o after byte %i', (text, broken) => {
    expect(readCbor(hex(text)).broken).toBe(broken);
  });

  it('keeps what was read before the broken byte', () => {
    const raw = hex('00a2016161021c');
    const spans = fieldsOf(event('client.command.answered', { command: 'authenticatorMakeCredential' }), raw);
    expect(at(raw, spans.of('/response/fmt'))).toBe('016161');
    expect(spans.problem).toBe('Not valid CBOR after byte 6.');
  });

  it('names keys as the bench does', () => {
    const { item } = readCbor(hex('a50102200361610441ff05f506'));
    expect(item!.inner.map((one) => one.name)).toEqual(['1', '-1', 'a', '_w', 'true']);
    expect(readCbor(hex('3bffffffffffffffff')).item!.name).toBe('-18446744073709551616');
  });

  it('never throws, whatever the bytes', () => {
    let seed = 7;
    const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16;
    for (let round = 0; round < 20_000; round++) {
      const bytes = Uint8Array.from({ length: next() % 40 }, () => next() & 255);
      const { item, broken } = readCbor(bytes);
      expect(broken === null || (broken >= 0 && broken <= bytes.length)).toBe(true);
      if (item) expect(item.end).toBeLessThanOrEqual(bytes.length);
      for (const kind of ['client.command.sent', 'client.command.answered', 'rp.request']) fieldsOf(event(kind, { command: 'authenticatorMakeCredential' }), bytes);
    }
  });
});

describe('JSON', () => {
  it('finds members by their pointers, whatever their names and letters', () => {
    const raw = utf8(' {"ü/~":"é\\"}", "list": [ 1, {"x": null} ]} ');
    const spans = fieldsOf(event('rp.response', {}), raw);
    expect(spans.problem).toBeNull();
    const text = (pointer: string) => {
      const span = spans.of(pointer)!;
      return new TextDecoder().decode(raw.subarray(span.start, span.end));
    };
    expect(text('/body/ü~1~0')).toBe('"ü/~":"é\\"}"');
    expect(text('/body/list')).toBe('"list": [ 1, {"x": null} ]');
    expect(text('/body/list/0')).toBe('1');
    expect(text('/body/list/1/x')).toBe('"x": null');
    expect(trail('/body/ü~1~0')).toBe('body › ü/~');
  });

  it.each([
    ['', 0],
    ['{', 1],
    ['{"a"}', 4],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['"open', 0],
    ['"\\', 0],
    ['01', 0],
    ['truth', 0],
    ['{"a":1} x', 8],
    ['{a:1}', 1],
    ['"\\x"', 0],
    ['['.repeat(80), 65],
  ])('is not valid in %o after byte %i', (text, broken) => {
    expect(readJson(utf8(text)).broken).toBe(broken);
  });

  it('refuses letters that are not UTF-8', () => {
    expect(readJson(new Uint8Array([0x22, 0xff, 0x22])).broken).toBe(0);
  });

  it('has no fields for an event without bytes', () => {
    expect(fieldsOf(event('rp.request', {}), null).list).toEqual([]);
    expect(fieldsOf(event('rp.request', {}), new Uint8Array()).problem).toBeNull();
  });
});
