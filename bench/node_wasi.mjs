// Runs a command under node:wasi: node node_wasi.mjs MODULE DIR [ARG...]; DIR is preopened as /data unless it is empty.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [path, dir, ...args] = process.argv.slice(2);
const wasi = new WASI({
	version: 'preview1',
	args: [path, ...args],
	preopens: dir ? { '/data': dir } : {},
	returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(path));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
