/** Models by name: fetched once from a hub, which is a server of this test, and opened from the cache from then on. */
import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { env } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { dimension, writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const cacheFolder = join(root, 'cache');
const declarationOf = (model: string): EncoderDeclaration => ({
  model,
  pooling: ['mean'],
  prompt: '',
  dtype: 'fp32',
  normalise: true,
});

describe('a hub model', () => {
  let server: Server;
  let hubAddress: string;
  const requests: string[] = [];

  beforeAll(async () => {
    const folder = await writeSmallModel(join(root, 'served'));
    server = createServer(async (request, response) => {
      requests.push(request.url!);
      const [, model, name] = /^\/gardener\/(small|damaged)\/resolve\/main\/(.+)$/.exec(request.url!) ?? [];
      const file = name && (await readFile(join(folder, name)).catch(() => undefined));
      const content = file && model === 'damaged' && name.endsWith('.onnx') ? file.subarray(0, 100) : file;
      response.writeHead(content ? 200 : 404).end(content || undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    hubAddress = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('is downloaded once, and opened without the hub afterwards', async () => {
    const first = await openEncoder(declarationOf('gardener/small'), { cacheFolder, hubAddress });
    expect(await first.encode(['red'])).toHaveLength(dimension);
    expect(requests).toContain('/gardener/small/resolve/main/onnx/model.onnx');
    const asked = requests.length;

    const second = await openEncoder(declarationOf('gardener/small'), { cacheFolder, allowHub: false });
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(requests).toHaveLength(asked);
    expect(env.remoteHost).toBe('https://huggingface.co/');
    await Promise.all([first.close(), second.close()]);
  });

  it('has the fingerprint of the same model in a folder', async () => {
    const named = await openEncoder(declarationOf('gardener/small'), { cacheFolder, allowHub: false });
    const local = await openEncoder(declarationOf(join(root, 'served')), { cacheFolder });
    expect(local.fingerprint).toBe(named.fingerprint);
    await Promise.all([named.close(), local.close()]);
  });

  it('is fetched again when the download was cut between two files', async () => {
    await rm(join(cacheFolder, 'hub/gardener/small/onnx'), { recursive: true });
    await rm(join(cacheFolder, 'hub/gardener/small/.downloaded-fp32'));
    const encoder = await openEncoder(declarationOf('gardener/small'), { cacheFolder, hubAddress });
    await encoder.close();
  });

  it('that arrives damaged is ENCODER_INVALID', async () => {
    const work = openEncoder(declarationOf('gardener/damaged'), { cacheFolder, hubAddress });
    await expect(work).rejects.toMatchObject({
      code: 'ENCODER_INVALID',
      at: { file: join(cacheFolder, 'hub/gardener/damaged/onnx/model.onnx') },
    });
  });

  it('that the hub does not have is ENCODER_HUB_UNREACHABLE', async () => {
    const work = openEncoder(declarationOf('gardener/unknown'), { cacheFolder, hubAddress });
    await expect(work).rejects.toMatchObject({ code: 'ENCODER_HUB_UNREACHABLE' });
  });

  it('of a hub that does not answer is ENCODER_HUB_UNREACHABLE, with the reason and a way out', async () => {
    // Port 9 of this machine (discard): refused.
    const work = openEncoder(declarationOf('gardener/other'), { cacheFolder, hubAddress: 'http://127.0.0.1:9/' });
    await expect(work).rejects.toMatchObject({
      code: 'ENCODER_HUB_UNREACHABLE',
      message: expect.stringMatching(/^gardener\/other could not be fetched.*\(.+\)$/),
      hint: expect.stringContaining('use-lite'),
    });
  });

  it('that is not in the cache is ENCODER_HUB_UNREACHABLE when downloading is switched off', async () => {
    const asked = requests.length;
    const work = openEncoder(declarationOf('gardener/third'), { cacheFolder, hubAddress, allowHub: false });
    await expect(work).rejects.toMatchObject({ code: 'ENCODER_HUB_UNREACHABLE' });
    expect(requests).toHaveLength(asked);
  });
});

it('a local folder never reaches for the network', async () => {
  const usual = env.fetch;
  const asked: string[] = [];
  env.fetch = async (input) => {
    asked.push(String(input));
    throw new Error('no network here');
  };
  try {
    const encoder = await openEncoder(declarationOf(await writeSmallModel(join(root, 'local'))), { cacheFolder });
    await encoder.close();
  } finally {
    env.fetch = usual;
  }
  expect(asked).toEqual([]);
});
