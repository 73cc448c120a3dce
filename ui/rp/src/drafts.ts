export interface PinPolicyWords { minLength: number; maxLength: number; charset: string; enrolment: 'passkey' | 'digits'; offline: boolean; validitySeconds: number }
export interface PinCampaign { endsAt: string; mustChange: boolean }
export interface PinPhone { enrolmentId: string; deviceName: string; enrolledAt: string; lastSyncAt?: string | null; failures: number; pinVersion?: number | null }
export interface PinStanding {
  now: string;
  status: 'none' | 'active' | 'expiring' | 'expired' | 'locked' | 'off';
  pinVersion: number; expiresAt?: string | null; extraSignInsLeft?: number | null;
  campaign?: PinCampaign | null; phones: PinPhone[]; policy: PinPolicyWords;
}
export interface OfferMade { offer: string; code: string; expiresAt: string; now: string }
export interface OfferStanding { state: 'open' | 'claimed' | 'confirmed' | 'enrolled' | 'expired'; deviceName?: string | null; digits?: string | null }
export interface LogonPhone { enrolmentId: string; deviceName: string; code: string }
export interface LogonBegun { session: string; phones: LogonPhone[]; expiresAt: string; now: string }
export interface LogonFinished { account: import('./bindings').Account; workstation: string }
export interface AdminPolicy { version: number; text: string; policy: PolicyDocument; problem?: PolicyProblem | null }
export interface PolicyProblem { file: string; line: number; column: number; message: string; member?: string | null }
export type PolicyDocument = Record<string, unknown>;
export interface AdminPin { status: PinStanding['status']; pinVersion: number; attemptsLeft: number; locked: boolean; expiresAt?: string | null; extraUsesLeft: number; logonLocked: boolean; phones: AdminPhone[] }
export interface AdminPhone extends PinPhone { syncCounter: number }
export interface AdminAccount { account: import('./bindings').Account; pin: AdminPin }
export interface AdminAccounts { accounts: AdminAccount[]; now: string }
export interface AuditEntry { number: number; at: string; account?: string | null; who: string; what: string; detail: Record<string, unknown> }
export interface AuditPage { entries: AuditEntry[]; now: string }
