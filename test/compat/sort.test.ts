import { compatSuite, type Line } from './compat.js';

const { transcript } = compatSuite();

const DATA: Line[] = [
  'RPUSH l 10 9 1 -3 2.5 22',
  'SADD s 7 1 30 -4',
  'ZADD z 3 30 1 7 2 1',
  'RPUSH words banana apple Cherry apple',
  'MSET w_10 1 w_9 2 w_1 30 w_-3 x w_22 5',
  'MSET n_10 1 n_9 2 n_1 30 n_-3 4 n_2.5 -1 n_22 5',
  'MSET o_10 ten o_9 nine o_1 one',
  'HSET h_10 f 5 name ten',
  'HSET h_9 f 6 name nine',
  'HSET h_1 f 1',
];

transcript('SORT of lists, sets and sorted sets', [
  ...DATA,
  ...['l', 's', 'z', 'none'].flatMap((name): Line[] => [
    `SORT ${name}`,
    `SORT ${name} DESC`,
    `SORT ${name} ALPHA`,
    `SORT ${name} ALPHA DESC`,
    `SORT ${name} LIMIT 1 2`,
    `SORT ${name} LIMIT 0 0`,
    `SORT ${name} LIMIT -5 2`,
    `SORT ${name} LIMIT 2 -1`,
    `SORT ${name} LIMIT 100 5`,
    `SORT ${name} LIMIT 1 9223372036854775807`,
    `SORT ${name} LIMIT 9223372036854775807 9223372036854775807`,
    `SORT_RO ${name} DESC ASC`,
    `SORT ${name} STORE dest`,
    'LRANGE dest 0 -1',
    `SORT ${name} LIMIT 1 1 STORE dest`,
    'LRANGE dest 0 -1',
  ]),
  'SORT words',
  'SORT words ALPHA',
  'SORT words ALPHA DESC LIMIT 1 2',
]);

transcript('SORT BY keys and hash fields', [
  ...DATA,
  'SORT l BY n_*',
  'SORT l BY n_* DESC',
  'SORT l BY w_*',
  'SORT l BY w_* ALPHA LIMIT 0 1',
  'SORT l BY h_*->f LIMIT 4 2',
  'SORT l BY nosort',
  'SORT l BY nosort DESC',
  'SORT l BY nosort LIMIT 1 2',
  'SORT z BY nosort',
  'SORT z BY nosort DESC',
  'SORT z BY nosort DESC LIMIT 1 2',
  'SORT z BY nosort ASC LIMIT 1 1',
  'SORT s BY nosort STORE dest',
  'LRANGE dest 0 -1',
  'SORT l BY nosort BY n_*',
  'SORT l BY n_* BY nosort',
  'SORT l BY #',
  'SORT l BY missing_* ',
  'SORT l BY n_*->',
  'SORT l BY n_*->f',
]);

transcript('SORT GET', [
  ...DATA,
  'SORT l GET o_*',
  'SORT l GET # GET o_* GET h_*->name',
  'SORT l GET nostar',
  'SORT l GET h_*->none',
  'SORT l GET o_*->name',
  'SORT l GET h_*',
  'SORT l GET o_*-> LIMIT 0 2',
  'SORT l BY n_* GET # GET o_* STORE dest',
  'LRANGE dest 0 -1',
  'SORT l LIMIT 1 2 GET o_* GET #',
]);

transcript('SORT STORE replaces, and removes where there is nothing', [
  ...DATA,
  'SET dest v EX 100',
  'SORT l STORE dest',
  'TTL dest',
  'TYPE dest',
  'SORT none STORE dest',
  'EXISTS dest',
  'SORT none STORE dest',
  'SORT l STORE l',
  'LRANGE l 0 -1',
  'SORT_RO l STORE dest',
]);

transcript('SORT refuses what is wrong', [
  ...DATA,
  'SORT h_10',
  'SORT o_10',
  'SORT',
  'SORT l NOPE',
  'SORT l BY',
  'SORT l GET',
  'SORT l STORE',
  'SORT l LIMIT',
  'SORT l LIMIT 1',
  'SORT l LIMIT x 1',
  'SORT l LIMIT 1 x',
  'SORT h_10 LIMIT x 1',
  'SORT h_10 NOPE',
  ...['', ' 1', '1 ', 'nan', 'inf', '-inf', '0x10', '1e5', '+3', '.5', '1.', '--1'].flatMap(
    (value): Line[] => ['DEL odd', ['RPUSH', 'odd', '2', value], 'SORT odd', 'SORT odd STORE dest'],
  ),
]);
