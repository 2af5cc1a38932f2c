import t from 'tap';
import { Console, dialogue } from '../support/console.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = '-ERR syntax error';

/** Two towns of Sicily, and two places near them. */
function sicily(): Console {
  const console = new Console();
  console.run('GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania');
  console.run('GEOADD s 12.758489 38.788135 west 17.241510 38.788135 east');
  return console;
}

t.test('places are added as scores, and read back', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania', ':2'],
    ['GEOADD s NX 1 1 Palermo 2 2 x', ':1'],
    ['GEOADD s XX CH 2 3 x 1 1 y', ':1'],
    ['ZSCORE s Palermo', '$16 3479099956230698'],
    ['GEOHASH s Palermo none Catania', '*3 $11 sqc8b49rny0 $-1 $11 sqdtr74hyu0'],
    ['GEOPOS s Palermo none', '*2 *2 $20 13.36138933897018433 $20 38.11555639549629859 *-1'],
    ['GEOPOS s', '*0'],
    ['GEODIST s Palermo Catania', '$11 166274.1516'],
    ['GEODIST s Palermo Catania KM', '$8 166.2742'],
    ['GEODIST s Palermo Catania mi', '$8 103.3182'],
    ['GEODIST s Palermo none', '$-1'],
    ['GEODIST none a b', '$-1'],
    ['GEOPOS none a', '*1 *-1'],
    ['GEOHASH none a', '*1 $-1'],
  ]);
  console.client.version = 3;
  dialogue(t, console, [
    ['GEOPOS s Palermo none', '*2 *2 ,13.36138933897018433 ,38.11555639549629859 _'],
    ['GEODIST s Palermo Catania', '$11 166274.1516'],
    ['GEOHASH s none', '*1 _'],
  ]);
});

t.test('scores that are no places are read as Redis reads them', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD z -5 a 1e300 b -inf c 0.5 d', ':4'],
    ['GEOHASH z a', '*1 $11 bp05b5048p0'],
    ['GEOPOS z a d', '*2 *2 $3 180 $19 85.0511287799999991 *2 $22 -179.99999731779098511 $21 -85.05112751263942528'],
  ]);
});

t.test('members are found in a circle and in a box, with what is asked of them', async (t) => {
  const console = sicily();
  dialogue(t, console, [
    ['GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 200 km ASC', '*2 $7 Catania $7 Palermo'],
    ['GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 200 km DESC COUNT 1', '*1 $7 Palermo'],
    ['GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1', '*1 $7 Catania'],
    [
      'GEOSEARCH s FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHDIST',
      '*4 *2 $7 Catania $7 56.4413 *2 $7 Palermo $8 190.4424 *2 $4 east $8 279.7403 *2 $4 west $8 279.7405',
    ],
    [
      'GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m WITHCOORD WITHHASH WITHDIST',
      '*1 *4 $7 Palermo $6 0.0000 :3479099956230698 *2 $20 13.36138933897018433 $20 38.11555639549629859',
    ],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 0 m', '*1 $7 Palermo'],
    ['GEOSEARCH none FROMMEMBER Palermo BYRADIUS 1 m', '*0'],
    ['GEORADIUS s 15 37 200 km WITHDIST ASC', '*2 *2 $7 Catania $7 56.4413 *2 $7 Palermo $8 190.4424'],
    ['GEORADIUS_RO s 15 37 100 km', '*1 $7 Catania'],
    ['GEORADIUSBYMEMBER s Catania 200 km DESC', '*2 $7 Palermo $7 Catania'],
    ['GEORADIUSBYMEMBER_RO s Catania 1 ft', '*1 $7 Catania'],
    ['GEORADIUSBYMEMBER none Catania x y', '*0'],
  ]);
  t.equal(console.strings('GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 30000 km COUNT 3 ANY').length, 3);
  t.equal(console.strings('GEOSEARCH s FROMLONLAT 15 37 BYRADIUS inf km').length, 4);
});

t.test('what is found is stored with its place or its distance, and nothing in place of whatever was there', async (t) => {
  const console = sicily();
  dialogue(t, console, [
    ['GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km', ':2'],
    ['GEOHASH d Palermo', '*1 $11 sqc8b49rny0'],
    ['GEOSEARCHSTORE d s FROMMEMBER Palermo BYRADIUS 1 km STOREDIST', ':1'],
    ['ZRANGE d 0 -1 WITHSCORES', '*2 $7 Palermo $1 0'],
    ['GEORADIUS s 15 37 200 km STORE d', ':2'],
    ['GEORADIUSBYMEMBER s Palermo 1 km STOREDIST d', ':1'],
    ['ZRANGE d 0 -1 WITHSCORES', '*2 $7 Palermo $1 0'],
    ['GEOSEARCHSTORE d none FROMMEMBER x BYRADIUS 1 km', ':0'],
    ['EXISTS d', ':0'],
  ]);
  t.strictSame(console.changesOf('GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km'), ['geosearchstore d']);
  t.strictSame(console.changesOf('GEORADIUS s 15 37 200 km STORE d'), ['georadiusstore d']);
  t.strictSame(console.changesOf('GEORADIUS s 0 0 1 km STORE d'), ['del d']);
  t.strictSame(console.changesOf('GEOADD s 1 1 x'), ['zadd s']);
});

t.test('a place, a unit or a query that is none is an error', async (t) => {
  const console = sicily();
  dialogue(t, console, [
    ['GEOADD s 181 5 x', '-ERR invalid longitude,latitude pair 181.000000,5.000000'],
    ['GEOADD s 5.0078125 -86 x', '-ERR invalid longitude,latitude pair 5.007812,-86.000000'],
    ['GEOADD s inf 1e22 x', '-ERR invalid longitude,latitude pair inf,10000000000000000000000.000000'],
    ['GEOADD s x 5 x', '-ERR value is not a valid float'],
    ['GEOADD s NX XX 5 5 x', SYNTAX],
    ['GEOADD s 5 5 x 5', SYNTAX],
    ['GEODIST s a b yd', '-ERR unsupported unit provided. please use M, KM, FT, MI'],
    ['GEODIST s a b m m', SYNTAX],
    ['GEOSEARCH s FROMMEMBER none BYRADIUS 1 m', '-ERR could not decode requested zset member'],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS x m', '-ERR need numeric radius'],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS -1 m', '-ERR radius cannot be negative'],
    ['GEOSEARCH s FROMMEMBER Palermo BYBOX x 1 m', '-ERR need numeric width'],
    ['GEOSEARCH s FROMMEMBER Palermo BYBOX 1 x m', '-ERR need numeric height'],
    ['GEOSEARCH s FROMMEMBER Palermo BYBOX 1 -1 m', '-ERR height or width cannot be negative'],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m FROMLONLAT 1 1', SYNTAX],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m', SYNTAX],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m STOREDIST', SYNTAX],
    ['GEOSEARCH s FROMMEMBER Palermo ASC DESC ASC', '-ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH'],
    ['geosearch s BYRADIUS 1 m ASC DESC', '-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch'],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m COUNT 0', '-ERR COUNT must be > 0'],
    ['GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m ANY', '-ERR the ANY argument requires COUNT argument'],
    [
      'GEOSEARCHSTORE d s FROMMEMBER Palermo BYRADIUS 1 m WITHDIST',
      '-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
    ],
    ['GEORADIUS s 1 1 1 m STORE d WITHHASH', '-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options'],
    ['GEORADIUS_RO s 1 1 1 m STORE d', SYNTAX],
    ['GEORADIUSBYMEMBER s none x m', '-ERR could not decode requested zset member'],
    ['SET text t', '+OK'],
  ]);
  const lines = [
    'GEOADD text 1 1 a', 'GEOPOS text a', 'GEOHASH text a', 'GEODIST text a b', 'GEOSEARCH text FROMLONLAT 1 1 BYRADIUS 1 m',
    'GEOSEARCHSTORE d text FROMLONLAT 1 1 BYRADIUS 1 m', 'GEORADIUS text 1 1 1 m', 'GEORADIUSBYMEMBER_RO text a 1 m',
  ];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
});
