// Tactics of ATT&CK for enterprises, in the order of its matrix.

export interface Tactic {
  /** `TA0006`. */
  readonly id: string;
  /** As tags of rules and layers of the Navigator have it: `credential-access`. */
  readonly name: string;
  readonly title: string;
}
const tactic = (id: string, title: string): Tactic => ({ id, name: title.toLowerCase().replaceAll(' ', '-'), title });

/** @see https://attack.mitre.org/tactics/enterprise/ */
export const TACTICS: readonly Tactic[] = [
  tactic('TA0043', 'Reconnaissance'),
  tactic('TA0042', 'Resource Development'),
  tactic('TA0001', 'Initial Access'),
  tactic('TA0002', 'Execution'),
  tactic('TA0003', 'Persistence'),
  tactic('TA0004', 'Privilege Escalation'),
  tactic('TA0005', 'Defense Evasion'),
  tactic('TA0006', 'Credential Access'),
  tactic('TA0007', 'Discovery'),
  tactic('TA0008', 'Lateral Movement'),
  tactic('TA0009', 'Collection'),
  tactic('TA0011', 'Command and Control'),
  tactic('TA0010', 'Exfiltration'),
  tactic('TA0040', 'Impact'),
];
