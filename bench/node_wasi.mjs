// Runs a command under node:wasi: node node_wasi.mjs [--dir HOST::GUEST] [--env NAME=VALUE]... MODULE [ARG...]
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { WASI } from 'node:wasi';

const { values, positionals } = parseArgs({
	options: { dir: { type: 'string' }, env: { type: 'string', multiple: true, default: [] } },
	allowPositionals: true,
});
const wasi = new WASI({
	version: 'preview1',
	args: positionals,
	env: Object.fromEntries(values.env.map((e) => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)])),
	preopens: values.dir ? Object.fromEntries([values.dir.split('::').reverse()]) : {},
	returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(positionals[0]));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
