import type { CommandFile } from './command.ts';
import { registerList } from './dead-letters/list.ts';
import { registerPreview } from './dead-letters/preview.ts';
import { registerRedrive } from './dead-letters/redrive.ts';
import { registerShow } from './dead-letters/show.ts';

export default {
  name: 'dead-letters',
  register(program, io) {
    const command = program.command('dead-letters').description('Records that were set aside: why, and sending them again');
    registerList(command, io);
    registerShow(command, io);
    registerPreview(command, io);
    registerRedrive(command, io);
  },
} satisfies CommandFile;
