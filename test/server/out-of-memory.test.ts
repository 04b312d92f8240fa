import { expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { SlabFullError } from '../../src/storage/slab.js';
import { RawConnection } from '../compat/targets.js';

test('a keyspace without another page answers OOM, keeps what it has and goes on serving', async () => {
  const server = new Server({ port: 0 });
  await server.listen();
  const connection = await RawConnection.open(server.port);
  try {
    await connection.call('SET', 'kept', 'value');
    const { slab } = server.keyspace;
    const alloc = slab.alloc.bind(slab);
    slab.alloc = () => {
      throw new SlabFullError('no page number left');
    };
    expect(await connection.call('SET', 'another', 'value')).toMatch(/^-OOM command not allowed/);
    slab.alloc = alloc;
    expect(await connection.call('GET', 'kept')).toBe('$5\r\nvalue\r\n');
    expect(await connection.call('EXISTS', 'another')).toBe(':0\r\n');
    expect(await connection.call('SET', 'another', 'value')).toBe('+OK\r\n');
  } finally {
    connection.close();
    await server.close();
  }
});
