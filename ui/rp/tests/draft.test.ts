import { describe, expect, it } from 'vitest';
import { applies, changes, problems, toDraft, toPolicy } from '../src/admin/draft';
import { settings } from '../src/admin/settings';
import { policy as given } from './policy';

const saved = given.policy;
const campaign = { start: '2026-12-01T09:30:00Z', grace: 14 };
const withCampaign = { ...saved, pin: { ...(saved.pin as object), campaign } };

/** The places of a policy's values, as the settings name them. */
function places(table: object, before = ''): string[] {
  return Object.entries(table).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? places(value as object, `${before}${name}.`) : [`${before}${name}`],
  );
}

describe("the policy's form", () => {
  it('knows every setting of the policy, once', () => {
    const known = settings.map(({ key }) => key).filter((key) => key !== 'pin.campaign');
    expect([...known].sort()).toEqual(places(withCampaign).sort());
  });

  it.each([
    ['without a campaign', saved],
    ['with a campaign', withCampaign],
  ])('gives back what it was given, %s', (_, policy) => {
    expect(toPolicy(toDraft(policy), policy)).toEqual(policy);
    expect(changes(toDraft(policy), toDraft(policy))).toEqual([]);
  });

  it('keeps what it does not know', () => {
    const odd = { ...saved, later: { thing: 1 } };
    expect(toPolicy(toDraft(odd), odd)).toEqual(odd);
  });

  it('reads what was typed', () => {
    const draft = toDraft(saved);
    draft['pin.age-days'] = ' -1 ';
    draft['pin.validity'] = '30m';
    draft['pin.blocklist'] = '000000\r\n\n  1 2\n';
    draft['pin.refuse'] = ['birthdays', 'mirrored'];
    const policy = toPolicy(draft, saved) as typeof given.policy;
    expect(policy.pin).toMatchObject({
      'age-days': -1,
      validity: '30m',
      blocklist: ['000000', '  1 2'],
      refuse: ['mirrored', 'birthdays'],
    });
    expect(changes(draft, toDraft(saved)).sort()).toEqual(['pin.age-days', 'pin.blocklist', 'pin.refuse', 'pin.validity']);
  });

  it('does not take another order of kinds for a change', () => {
    const draft = toDraft(saved);
    draft['pin.refuse'] = ['sequences', 'mirrored'];
    expect(changes(draft, toDraft(saved))).toEqual([]);
  });

  it('writes a campaign to the second in UTC, and takes it out again', () => {
    const draft = toDraft(saved);
    draft['pin.campaign'] = true;
    draft['pin.campaign.start'] = '2026-12-01T09:30';
    draft['pin.campaign.grace'] = '14';
    expect(toPolicy(draft, saved)).toEqual(withCampaign);
    const without = toDraft(withCampaign);
    without['pin.campaign'] = false;
    expect(toPolicy(without, withCampaign)).toEqual(saved);
    expect(changes(without, toDraft(withCampaign))).toEqual(['pin.campaign']);
  });

  it('asks for the numbers of a campaign only while there is one', () => {
    const draft = toDraft(saved);
    const grace = settings.find(({ key }) => key === 'pin.campaign.grace')!;
    expect([applies(draft, grace), problems(draft)]).toEqual([false, {}]);
    draft['pin.campaign'] = true;
    expect(Object.keys(problems(draft))).toEqual(['pin.campaign.start', 'pin.campaign.grace']);
  });

  it.each(['', 'five', '1.5', '1e3', '9999999999', '--1', '0x5'])('takes "%s" for no number', (text) => {
    const draft = { ...toDraft(saved), 'pin.history': text };
    expect(problems(draft)).toEqual({ 'pin.history': 'Type a whole number of PINs.' });
  });
});
