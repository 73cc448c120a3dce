import type { Call } from '../api';
import type { AdminAccounts, AdminPolicy, AdminPolicyPut, AuditPage } from '../bindings';

type Ask = <T>(path: string, call?: Call) => Promise<T>;

const id = encodeURIComponent;

/** The administration's part of the relying party's API. The cookie of its session is not a script's to read. */
export class AdminApi {
  constructor(private readonly ask: Ask) {}

  /** The token goes out in this one header; from then on the cookie stands for it. */
  async signIn(token: string): Promise<void> {
    await this.ask('/api/admin/session', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  }

  async signOut(): Promise<void> {
    await this.ask('/api/admin/session', { method: 'DELETE' });
  }

  policy(): Promise<AdminPolicy> {
    return this.ask('/api/admin/policy');
  }

  putPolicy(body: AdminPolicyPut): Promise<AdminPolicy> {
    return this.ask('/api/admin/policy', { method: 'PUT', body });
  }

  accounts(): Promise<AdminAccounts> {
    return this.ask('/api/admin/accounts');
  }

  async resetPin(account: string): Promise<void> {
    await this.ask(`/api/admin/accounts/${id(account)}/pin/reset`, { method: 'POST', body: {} });
  }

  async revoke(enrolmentId: string): Promise<void> {
    await this.ask(`/api/admin/enrolments/${id(enrolmentId)}`, { method: 'DELETE' });
  }

  /** Transitions after the one with that number, oldest first; of one account, or of all. */
  audit(after: number, account?: string): Promise<AuditPage> {
    const query = new URLSearchParams({ after: String(after), ...(account && { account }) });
    return this.ask(`/api/admin/audit?${query}`);
  }
}
