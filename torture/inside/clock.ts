// Loaded before a stage process's own code (`--import`): leaves its process id where the torturer finds it, and lets its wall clock be set
// while it runs, as an administrator or a broken time service would. What counts elapsed time goes on undisturbed, as it does then.
import { readFileSync, writeFileSync } from 'node:fs';

const { TORTURE_PID_FILE: pidFile, TORTURE_SHIFT_FILE: shiftFile } = process.env;
delete process.env.TORTURE_PID_FILE; // a child of this process is not meant
delete process.env.TORTURE_SHIFT_FILE;

if (pidFile !== undefined && shiftFile !== undefined) {
  const RealDate = Date;
  let shiftMs = 0;
  const now = () => RealDate.now() + shiftMs;
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, parts: unknown[], newTarget) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
  globalThis.Date = ShiftedDate;
  process.on('SIGUSR2', () => {
    shiftMs = Number(readFileSync(shiftFile, 'utf8'));
  });
  writeFileSync(pidFile, String(process.pid));
}
