import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desk } from '../state/desk.svelte';
import { toasts } from '../state/toasts.svelte';
import RecorderDialogs from './RecorderDialogs.svelte';
import RecordingStrip from './RecordingStrip.svelte';
import { action, deskOf, field, fresh, gone, role, roles, type Calls } from './stage.fixture';
import { walks } from './walks.svelte';

let calls: Calls;
const recording = { steps: [{ sentence: 'Touch phone.', toml: '[[steps]]\nact = "person.touch"\n' }], ignored: 1 };
const file = 'title = ""\n\n[[steps]]\nact = "person.touch"\n';

beforeEach(() => {
  calls = fresh();
  calls.answers.recording_preview = file;
});
afterEach(gone);

function record() {
  desk.state = deskOf({ generation: 2, showing: 'recording', recording });
  render(RecordingStrip, { recording });
  render(RecorderDialogs);
}

describe('the recorder', () => {
  it('starts on a fresh bench with the device that was chosen', async () => {
    render(RecorderDialogs);
    walks.recorder = 'start';
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('Your own bench waits untouched.');
    await userEvent.click(screen.getByLabelText(/touch only/));
    await userEvent.click(action('record-start'));
    await waitFor(() => expect(calls.of('recording_start')).toEqual([{ profile: 'key' }]));
    await waitFor(() => expect(walks.recorder).toBeNull());
  });

  it('lists what was recognised and says what was not', () => {
    record();
    expect(role('recording-count').textContent).toBe('1 step');
    expect(roles('recorded-step').map((one) => one.textContent?.trim())).toEqual(['1 Touch phone.']);
    expect(role('recording-ignored').textContent).toContain('is left out');
  });

  it('teaches while nothing was done', () => {
    render(RecordingStrip, { recording: { steps: [], ignored: 0 } });
    expect(role('recording-empty').textContent).toContain('Each thing you do becomes a step here.');
    expect(action('record-save')).toHaveProperty('disabled', true);
  });

  it('shows the file, wants a title, and offers to play what was saved', async () => {
    calls.answers.recording_save = { path: 'walks/alice.toml', steps: 1, ignored: 1 };
    record();
    await userEvent.click(action('record-save'));
    await waitFor(() => expect(role('walk-preview').textContent).toBe(file));
    await userEvent.click(action('record-save-confirm'));
    await screen.findByText('A walk needs a title, so that others find it.');
    expect(calls.of('recording_save')).toEqual([]);
    await userEvent.type(field('walk-title'), ' Alice touches ');
    await userEvent.type(field('walk-why'), 'To see it.');
    await userEvent.click(action('record-save-confirm'));
    await waitFor(() => expect(calls.of('recording_save')).toEqual([{ title: 'Alice touches', why: 'To see it.' }]));
    await waitFor(() => expect(toasts.list).toHaveLength(1));
    expect(toasts.list[0]!.message).toBe('Saved the walk as walks/alice.toml');
    toasts.list[0]!.next!.run();
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'walks/alice.toml' }]));
  });

  it('keeps the dialog and what was typed when saving fails', async () => {
    calls.refuses.recording_save = { code: 'folder', message: 'The folder of your walks cannot be written.' };
    record();
    await userEvent.click(action('record-save'));
    await userEvent.type(field('walk-title'), 'Alice');
    await userEvent.click(action('record-save-confirm'));
    await screen.findByText('The folder of your walks cannot be written.');
    expect(field('walk-title').value).toBe('Alice');
  });

  it('asks before it throws a recording away', async () => {
    record();
    await userEvent.click(action('record-discard'));
    expect((await screen.findByRole('alertdialog')).textContent).toContain('1 step and the bench they were done on are thrown away.');
    expect(calls.of('recording_discard')).toHaveLength(0);
    await userEvent.click(action('record-discard-confirm'));
    await waitFor(() => expect(calls.of('recording_discard')).toHaveLength(1));
  });
});
