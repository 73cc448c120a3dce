import type { DeviceSummary } from '../bindings/types';

/** What the device dialogs are asked to do; the dialogs themselves stand once in the window. */
export type DeviceTask = { kind: 'add' } | { kind: 'rename' | 'copy' | 'copyEnrolments' | 'wipe' | 'remove' | 'settings'; device: DeviceSummary };

class DeviceTasks {
  current = $state.raw<DeviceTask | null>(null);
}

export const deviceTasks = new DeviceTasks();
