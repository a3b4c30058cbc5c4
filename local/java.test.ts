import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJava } from './java.ts';

describe('java', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'goshawk-java-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  function install(name: string, version: string): string {
    const home = join(root, name);
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'bin/java'), '');
    writeFileSync(join(home, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
    return home;
  }

  it('takes the newest, wherever it lies', () => {
    const old = install('path-17', '17.0.9');
    install('jvm/temurin-25', '25.0.1');
    mkdirSync(join(root, 'links'));
    symlinkSync(join(old, 'bin/java'), join(root, 'links/java'));
    expect(findJava({ PATH: join(root, 'links') }, [join(root, 'jvm')])).toMatchObject({ major: 25, home: join(root, 'jvm/temurin-25') });
    expect(findJava({ PATH: join(root, 'links') }, [])).toMatchObject({ major: 17, home: old });
  });

  it.each([
    ['Java 8 spells its version otherwise and is too old', '1.8.0_392', null],
    ['11 is too old', '11.0.2', null],
    ['17 will do', '17', 17],
    ['a version that is no number', 'unknown', null],
  ])('%s', (_, version, major) => {
    expect(findJava({ JAVA_HOME: install('home', version) }, [])?.major ?? null).toBe(major);
  });

  it('takes the one that was named, and no other when that is unusable', () => {
    install('jvm/new', '25');
    expect(findJava({ GOSHAWK_JAVA: install('named', '21.0.8') }, [join(root, 'jvm')])).toMatchObject({ major: 21 });
    expect(findJava({ GOSHAWK_JAVA: join(root, 'nothing') }, [join(root, 'jvm')])).toBeNull();
  });

  it('looks where macOS keeps them', () => {
    const home = install('JavaVirtualMachines/temurin-21.jdk/Contents/Home', '21.0.1');
    expect(findJava({}, [join(root, 'JavaVirtualMachines')])).toMatchObject({ major: 21, home });
  });
});
