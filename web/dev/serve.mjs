// Serves the built page with the production headers over the in-memory API: node dev/serve.mjs DIST [PORT]
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createMock } from './mock.mjs';

const [dist = '../src/quandary/static', port = '5180'] = process.argv.slice(2);
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
const mock = createMock();

createServer((req, res) => {
  res.setHeader('Content-Security-Policy', CSP);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'no-referrer');
  mock(req, res, () => {
    const path = normalize(new URL(req.url, 'http://x').pathname);
    const file = join(dist, path);
    const found = path.startsWith('/assets/') && existsSync(file) && statSync(file).isFile() ? file : join(dist, 'index.html');
    res.setHeader('Content-Type', TYPES[extname(found)] ?? 'application/octet-stream');
    createReadStream(found).pipe(res);
  });
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/p/mail`));
