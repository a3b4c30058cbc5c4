// The first thing that runs on a bare clone, under whatever Node the machine has: installs what is missing, then hands over to the
// pinned Node. Plain JavaScript in old syntax and without imports of ours, so that an old Node can still read it and say so.
import { spawn, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const stampFile = join(modules, '.goshawk-stamp');
const state = join(root, '.goshawk');
const lockFile = join(state, 'install.lock');
const json = process.argv.includes('--json');
const signalCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

let child = null; // what signals go to
let isGroup = false; // the child leads a process group of its own
let stopCode = 0;
let onStop = () => {};

const say = (sentence, fields) => {
  process.stderr.write(json ? JSON.stringify(Object.assign({ step: 'install', message: sentence }, fields)) + '\n' : sentence + '\n');
};
const fail = (sentence) => {
  process.stderr.write(sentence + '\n');
  process.exit(2);
};
/** Ignores a process that is gone already. */
const kill = (pid, signal) => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};

process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
if (Number(process.versions.node.split('.')[0]) < 18) {
  fail(
    'Goshawk needs Node.js 18 or newer to install itself; this is ' +
      process.version +
      '. Install a newer one (Debian: apt install nodejs npm), then run the same command again.',
  );
}
for (const signal of Object.keys(signalCode)) {
  process.on(signal, () => {
    stopCode = signalCode[signal];
    if (child) kill(isGroup ? -child.pid : child.pid, signal);
    onStop();
  });
}
if (process.env.npm_lifecycle_event) {
  // npm was killed outright: nobody forwards signals any more, and nobody would ever stop us.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.emit('SIGTERM');
  }, 500).unref();
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(((error && error.message) || String(error)) + '\n');
    process.exit(1);
  },
);

async function main() {
  if (!isInstalled()) {
    const code = await install();
    if (code !== 0) return code;
  }
  return handOver();
}

/** Changes with everything that decides what `npm ci` would put into node_modules. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json', 'dashboard/package.json', '.npmrc']) {
    const file = join(root, name);
    hash
      .update(name + '\0')
      .update(existsSync(file) ? readFileSync(file) : '')
      .update('\0');
  }
  return hash.update(process.platform + '\0' + process.arch).digest('hex');
}

function isInstalled() {
  try {
    if (readFileSync(stampFile, 'utf8').trim() === fingerprint()) return true;
  } catch (error) {
    // No stamp yet.
  }
  if (!isUpToDate()) return false;
  writeFileSync(stampFile, fingerprint() + '\n');
  return true;
}

/** True when npm's own record of node_modules says what the lockfile says: a developer ran `npm install`, nothing is left to do. */
function isUpToDate() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const there = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    const same = (key) =>
      there[key] !== undefined && wanted[key] !== undefined && there[key].version === wanted[key].version && there[key].integrity === wanted[key].integrity;
    const isOurs = (key) => key.startsWith('node_modules/') && !wanted[key].link;
    return (
      existsSync(join(bin, 'node')) &&
      Object.keys(wanted)
        .filter(isOurs)
        .every((key) => same(key) || (wanted[key].optional === true && there[key] === undefined))
    );
  } catch (error) {
    return false;
  }
}

async function install() {
  mkdirSync(state, { recursive: true });
  const code = await takeLock();
  if (code !== 0) return code;
  try {
    if (isInstalled()) return 0; // another one did it while this one waited
    const running = runningInstallations();
    if (running.length > 0) {
      fail(
        'The packages changed, and installing them now would pull them away under the Goshawk that runs from this folder (process ' +
          running.join(', ') +
          '). Stop it first, then run the same command again.',
      );
    }
    return await runNpm();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function runNpm() {
  const cache = join(state, 'cache', 'npm');
  const env = Object.assign({}, process.env, { npm_config_cache: cache });
  const script = process.env.npm_execpath;
  const isScript = script !== undefined && /\.c?js$/.test(script) && existsSync(script);
  const started = Date.now();
  const tail = [];
  say('Installing packages (once, some 300 MB).');
  rmSync(stampFile, { force: true });
  return new Promise((resolve) => {
    child = isScript
      ? spawn(process.execPath, [script, 'ci'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
      : spawn('npm', ['ci'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    isGroup = true;
    const npm = child;
    const line = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      say('Installing packages: ' + seconds + ' s, ' + megabytesFetched(cache) + ' MB fetched.', { seconds });
    }, 5000);
    let hardStop;
    onStop = () => {
      hardStop = setTimeout(() => kill(-npm.pid, 'SIGKILL'), 3000);
    };
    const keep = (data) => {
      tail.push(data.toString());
      if (tail.length > 200) tail.shift();
    };
    npm.stdout.on('data', keep);
    npm.stderr.on('data', keep);
    const end = (code) => {
      clearInterval(line);
      clearTimeout(hardStop);
      child = null;
      isGroup = false;
      onStop = () => {};
      resolve(code);
    };
    npm.on('error', (error) => {
      say(
        error.code === 'ENOENT'
          ? 'npm is not on PATH. Install it (Debian: apt install npm), then run the same command again.'
          : 'npm cannot be started: ' + error.message,
      );
      end(2);
    });
    npm.on('spawn', () => writeLock([identity(process.pid), identity(npm.pid)], true));
    npm.on('close', (code) => {
      if (stopCode !== 0) return end(stopCode);
      if (code !== 0) {
        process.stderr.write(tail.join(''));
        say('npm ci failed with code ' + code + '; its last lines are above.');
        return end(1);
      }
      writeFileSync(stampFile, fingerprint() + '\n');
      rmSync(cache, { recursive: true, force: true });
      say('Packages are installed (' + Math.round((Date.now() - started) / 1000) + ' s).');
      end(0);
    });
  });
}

/** What lies in npm's cache. Files come and go while this looks. */
function megabytesFetched(folder) {
  const sizeOf = (path) => {
    try {
      const stat = statSync(path);
      return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stat.size;
    } catch (error) {
      return 0;
    }
  };
  return Math.round(sizeOf(join(folder, '_cacache')) / 1000000);
}

/** Process id and start time: ids are used again, pairs are not. Null when there is no such process. */
function identity(pid) {
  try {
    const stat = readFileSync('/proc/' + pid + '/stat', 'utf8');
    return pid + ' ' + stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (existsSync('/proc/self/stat')) return null;
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? null : pid + ' ' + started.replace(/\s+/g, '_');
  } catch (error) {
    return null;
  }
}
const isAlive = (id) => identity(Number(id.split(' ')[0])) === id;

/** `link` makes the lock atomically and never empty; the holder may replace it to add npm's own process, which can outlive us. */
function writeLock(ids, isHeld) {
  const own = join(state, 'install.' + process.pid + '.' + randomBytes(4).toString('hex'));
  writeFileSync(own, ids.filter((id) => id !== null).join('\n') + '\n');
  if (isHeld) return renameSync(own, lockFile);
  try {
    linkSync(own, lockFile);
  } finally {
    unlinkSync(own);
  }
}

async function takeLock() {
  let hasSaid = false;
  for (;;) {
    try {
      writeLock([identity(process.pid)], false);
      return 0;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holders = readLines(lockFile);
    if (holders !== null && !holders.some(isAlive)) {
      // Whoever renames it away first owns the corpse; the others see ENOENT and go round again.
      const corpse = join(state, 'install.stale.' + process.pid + '.' + randomBytes(4).toString('hex'));
      try {
        renameSync(lockFile, corpse);
        const moved = readLines(corpse);
        if (moved !== null && moved.some(isAlive))
          renameSync(corpse, lockFile); // a new holder came between the look and the rename
        else rmSync(corpse, { force: true });
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
      continue;
    }
    if (!hasSaid) say('Another command is installing the packages of this folder; waiting for it.');
    hasSaid = true;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, 300);
      onStop = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (stopCode !== 0) return stopCode;
  }
}

function readLines(file) {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    return null;
  }
}

/** `up` leaves `.goshawk/running/<pid>` with its identity while it runs. */
function runningInstallations() {
  const folder = join(state, 'running');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => (readLines(join(folder, name)) || []).some(isAlive));
}

function handOver() {
  const env = Object.assign({}, process.env, { PATH: bin + delimiter + (process.env.PATH || ''), NODE_COMPILE_CACHE: join(state, 'cache', 'compile') });
  return new Promise((resolve) => {
    child = spawn(join(bin, 'node'), [join(root, 'cli', 'main.ts')].concat(process.argv.slice(2)), { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    if (stopCode !== 0) kill(child.pid, 'SIGTERM');
    child.on('error', (error) => {
      say('The pinned Node cannot be started (' + error.message + '). Delete node_modules and run the same command again.');
      resolve(2);
    });
    child.on('exit', (code, signal) => resolve(code !== null ? code : signalCode[signal] || 1));
  });
}
