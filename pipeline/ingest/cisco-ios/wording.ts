// What frequent IOS messages say, by ECS name; `outcome` and `list` besides.
const LIST = /^list (\S+) (permitted|denied) (\S+) ([0-9A-Fa-f.:]+)(?:\((\d+)\))?(?: \S+)? -> ([0-9A-Fa-f.:]+)(?:\((\d+)\))?/;
const CONFIGURED = /^Configured from \S+ by (\S+)(?: on (\S+))?(?: \(([^)]+)\))?/;
const COMMAND = /^User:(\S+)\s+logged command:(.+)$/;
const LOGIN = /\[user: ([^\]]*)\] \[Source: ([^\]]+)\] \[localport: (\d+)\]/;
const FROM = /\bfrom ([0-9A-Fa-f.:]+)(?: port (\d+))?/;

export function readWording(whole: string): Readonly<Record<string, string>> {
  const text = whole.length > 1024 ? whole.slice(0, 1024) : whole;
  const list = LIST.exec(text);
  if (list !== null)
    return filled({
      list: list[1],
      outcome: list[2],
      'rule.name': list[1],
      'network.transport': list[3],
      'source.ip': list[4],
      'source.port': list[5],
      'destination.ip': list[6],
      'destination.port': list[7],
    });
  const configured = CONFIGURED.exec(text);
  if (configured !== null) return filled({ 'user.name': configured[1]?.startsWith('vty') === true ? undefined : configured[1], 'source.ip': configured[3] });
  const command = COMMAND.exec(text);
  if (command !== null) return filled({ 'user.name': command[1], 'process.command_line': command[2] });
  const login = LOGIN.exec(text);
  if (login !== null) return filled({ 'user.name': login[1], 'source.ip': login[2], 'destination.port': login[3] });
  const from = FROM.exec(text);
  return from === null ? {} : filled({ 'source.ip': from[1], 'source.port': from[2] });
}
const filled = (fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
