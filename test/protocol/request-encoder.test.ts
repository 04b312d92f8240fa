import { expect, test } from '@jest/globals';
import { encodeRequest, encodeRequests } from '../../src/protocol/request-encoder.js';

test('a request is an array of bulk strings', () => {
  expect(encodeRequest(['SET', 'k', '']).toString()).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n');
});

test('lengths count bytes, and bytes go out unchanged', () => {
  const sent = encodeRequest(['ECHO', 'é', Buffer.from([0, 255, 13, 10])]);
  expect(sent.toString('latin1')).toBe('*3\r\n$4\r\nECHO\r\n$2\r\n\xc3\xa9\r\n$4\r\n\x00\xff\r\n\r\n');
});

test('a pipeline is its requests one after the other', () => {
  const requests = [['PING'], ['GET', 'a']];
  expect(encodeRequests(requests)).toEqual(Buffer.concat(requests.map((argv) => encodeRequest(argv))));
  expect(encodeRequests([]).length).toBe(0);
});
