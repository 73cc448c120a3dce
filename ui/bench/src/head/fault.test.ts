import { describe, expect, it } from 'vitest';
import type { ArmedFault, Effect, FaultableMessage } from '../bindings/types';
import { FIRST_FORM, armedSentence, choicesOf, directionText, faultOf, faultsText, messageGroups, readValue, settled } from './fault';

const finish = 'POST /api/authentication/finish';
const assertion = 'authenticatorGetAssertion';
const catalogue: FaultableMessage[] = [
  { message: assertion, direction: 'request', fields: ['clientDataHash', 'rpId'], effects: ['drop', 'tamper', 'duplicate'] },
  { message: assertion, direction: 'response', fields: ['signature', 'authData.flags.uv'], effects: ['drop', 'tamper', 'replay'] },
  { message: finish, direction: 'request', fields: ['ceremony', 'credential.response.signature'], effects: ['drop', 'delay', 'duplicate', 'tamper', 'replay'] },
  { message: 'authenticatorReset', direction: 'request', fields: [], effects: ['drop'] },
];

describe('the form for a fault', () => {
  it('begins with something that can be armed', () => {
    const form = settled(catalogue, FIRST_FORM);
    expect(faultOf(form)).toEqual({
      message: finish,
      direction: 'request',
      times: 1,
      effect: { kind: 'tamper', field: 'credential.response.signature', change: { kind: 'flip' } },
    });
  });

  it('offers only what the message can suffer', () => {
    const form = { ...FIRST_FORM, message: assertion, direction: 'response' as const };
    expect(choicesOf(catalogue, form)).toEqual({
      directions: ['request', 'response'],
      effects: ['drop', 'tamper', 'replay'],
      fields: ['signature', 'authData.flags.uv'],
    });
  });

  it('lets go of a choice that another message does not have', () => {
    const before = { ...FIRST_FORM, message: 'authenticatorReset', direction: 'response' as const, effect: 'tamper' as const, field: 'signature' };
    expect(settled(catalogue, before)).toMatchObject({ direction: 'request', effect: 'drop', field: '' });
  });

  it('is empty without a catalogue, and says what is missing', () => {
    const form = settled([], FIRST_FORM);
    expect(faultOf(form)).toEqual({ missing: 'Choose a message.' });
    expect(faultOf({ ...FIRST_FORM, message: finish, field: '' })).toEqual({ missing: 'Choose the field to change.' });
    expect(faultOf({ ...FIRST_FORM, message: finish, effect: 'delay', millis: 0 })).toEqual({ missing: 'A delay lasts 1 to 600,000 ms.' });
    expect(faultOf({ ...FIRST_FORM, message: finish, effect: 'drop', times: 0 })).toEqual({ missing: 'It happens at least once.' });
    expect(faultOf({ ...FIRST_FORM, message: finish, effect: 'drop', times: Number.NaN })).toEqual({ missing: 'It happens at least once.' });
  });

  it('takes a field that no list has, until another message is chosen', () => {
    const form = settled(catalogue, { ...FIRST_FORM, message: assertion, written: true, field: ' allowList.0.id ' });
    expect(faultOf(form)).toMatchObject({ effect: { kind: 'tamper', field: 'allowList.0.id' } });
    expect(faultOf({ ...form, field: ' ' })).toEqual({ missing: 'Choose the field to change.' });
    expect(settled(catalogue, { ...form, message: finish, written: false })).toMatchObject({ field: 'ceremony' });
    expect(settled(catalogue, { ...form, message: 'authenticatorReset' })).toMatchObject({ written: false, field: '' });
  });

  it('replays the last one, or the one that is named', () => {
    const replay = (earlier: string) => faultOf({ ...FIRST_FORM, effect: 'replay', earlier });
    expect(replay(' ')).toMatchObject({ effect: { kind: 'replay', earlier: null } });
    expect(replay(' #41')).toMatchObject({ effect: { kind: 'replay', earlier: 41 } });
    for (const wrong of ['4.1', 'the last', '-1', '##1']) expect(replay(wrong)).toHaveProperty('missing');
  });

  it('groups messages by where they travel, each once', () => {
    const claim: FaultableMessage = { message: 'POST /pin/enrol/claim', direction: 'request', fields: [], effects: ['drop'] };
    expect(messageGroups([...catalogue, claim])).toEqual([
      { label: 'Between page and relying party', messages: [finish] },
      { label: 'Between phone and relying party', messages: [claim.message] },
      { label: 'Between client and device', messages: [assertion, 'authenticatorReset'] },
    ]);
    expect(directionText(finish, 'response')).toBe('answer, from the relying party');
    expect(directionText(assertion, 'request')).toBe('request, to the device');
  });

  it.each([
    ['7', 7],
    ['true', true],
    ['"7"', '7'],
    ['https://evil.example', 'https://evil.example'],
    ['', ''],
    ['{"a":1}', { a: 1 }],
  ])('reads the value %o', (text, value) => expect(readValue(text)).toEqual(value));
});

describe('armed faults', () => {
  const armed = (effect: Effect, left = 1, direction: 'request' | 'response' = 'request'): ArmedFault => ({
    id: 1,
    left,
    fault: { message: finish, direction, times: 3, effect },
  });

  it.each<[ArmedFault, string]>([
    [armed({ kind: 'drop' }), `The next request ${finish} will be dropped.`],
    [armed({ kind: 'delay', millis: 2000 }, 2), `The next 2 requests ${finish} will be delayed by 2 s.`],
    [armed({ kind: 'duplicate' }), `The next request ${finish} will be sent twice.`],
    [armed({ kind: 'replay', earlier: null }), `The next request ${finish} will be replaced by the last one before.`],
    [armed({ kind: 'replay', earlier: 41 }), `The next request ${finish} will be replaced by that of event #41.`],
    [armed({ kind: 'tamper', field: 'a.b', change: { kind: 'flip' } }, 1, 'response'), `The next answer to ${finish} will be sent with a.b flipped.`],
    [armed({ kind: 'tamper', field: 'a.b', change: { kind: 'remove' } }), `The next request ${finish} will be sent without a.b.`],
    [armed({ kind: 'tamper', field: 'a.b', change: { kind: 'set', value: 'x' } }), `The next request ${finish} will be sent with a.b set to "x".`],
  ])('says what will happen: %#', (fault, sentence) => expect(armedSentence(fault)).toBe(sentence));

  it('shortens a long value', () => {
    const long = armed({ kind: 'tamper', field: 'a', change: { kind: 'set', value: 'x'.repeat(500) } });
    expect(armedSentence(long).length).toBeLessThan(150);
  });

  it('counts them in the head', () => {
    expect(faultsText([])).toBe('none');
    expect(faultsText([armed({ kind: 'drop' }), armed({ kind: 'drop' })])).toBe('2 armed');
  });
});
