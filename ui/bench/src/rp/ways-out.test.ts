import { describe, expect, it } from 'vitest';
import { waysOutOf } from './ways-out';

describe('ways out of a relying party that does not run', () => {
  it('offers another port only where the port is the trouble', () => {
    expect(waysOutOf('portTaken')).toEqual(['anotherPort']);
    expect(waysOutOf('folderReadOnly')).toEqual([]);
  });

  it('offers to start over only where the database is', () => {
    expect(waysOutOf('databaseCorrupt')).toEqual(['startOver']);
    expect(waysOutOf(undefined)).toEqual([]);
  });
});
