const HEX = `local function h(s) return (s:gsub('.', function(c) return ('%02x'):format(c:byte()) end)) end `;
const unhex = (hex: string) => `'${hex.replaceAll(/[\da-f]{2}/g, (byte) => `\\${String(Number.parseInt(byte, 16)).padStart(3, '0')}`)}'`;

const packed = (value: string) => `${HEX}return h(cmsgpack.pack(${value}))`;
const unpacked = (hex: string) => `return {cjson.encode_invalid_numbers(true), cjson.encode({cmsgpack.unpack(${unhex(hex)})})}`;
const structured = (args: string) => `${HEX}return h(struct.pack(${args}))`;
const read = (format: string, hex: string, position = '') => `local t = {struct.unpack('${format}', ${unhex(hex)}${position})}
  for i, v in ipairs(t) do if type(v) == 'number' then t[i] = ('%.17g'):format(v) end end return t`;

/** cmsgpack, struct and bit. */
export const binary = [
  ...[
    '1', '-1', '127', '128', '255', '256', '65535', '65536', '2^31', '2^32-1', '2^32', '2^53', '-32', '-33', '-128', '-129',
    '-32768', '-32769',
  ].map(packed),
  ...[
    '-2^31', '-2^31-1', '1.5', '0.1', '1e300', '2^63', '-2^63', '2^64', '1/0', '-1/0', '-0', '-1.5', '1e-50', "''", "'abc'",
    "('a'):rep(31)",
  ].map(packed),
  ...[
    "('a'):rep(32)", "('a'):rep(255)", "('a'):rep(256)", 'nil', 'true', 'false', '{}', '{1, 2}', '{a=1}', '{1, 2, nil, 4}',
    '{[1]=1, [3]=2}',
  ].map(packed),
  ...[
    '{1, a=2}', '1, 2, {3}', '{[1.5]=1}', '{[0]=1}', '{[2]=1, [1]=2}', 'function() end', 'cjson.null', '{function() end}',
    '{{{}}}', '',
  ].map(packed),
  `${HEX}return redis.sha1hex(cmsgpack.pack(('a'):rep(65536)))`,
  `${HEX}local t, m = {}, {} for i = 1, 16 do t[i] = i m['k' .. i] = i end return {h(cmsgpack.pack(t)), #cmsgpack.pack(m)}`,
  `local t = {} for i = 1, 70000 do t[i] = 1 end return #cmsgpack.pack(t)`,
  `${HEX}local t = {} t[1] = t return h(cmsgpack.pack(t))`,
  `${HEX}local t = {} t.a = t return h(cmsgpack.pack(t))`,
  ...[
    '', '010203', '93010203', '930102', 'c1', 'c7010203', 'd4010203', 'a36162', 'd9', 'd903616263', 'd9036162', 'c403616263',
    'c5000361626301',
  ].map(unpacked),
  ...[
    'c600000003616263', 'da0003616263db00000003616263', 'c0c3c201', 'ca3fc00000', 'cb3ff8000000000000', 'ca3fc000',
    'cfffffffffffffffff', 'd3fffffffffffffffe',
  ].map(unpacked),
  ...[
    'ceffffffff', 'd2ffffffff', 'cdffff', 'd1ffff', 'ccff', 'd0ff', 'cd', 'e0', '7f', '8161610181', '81616101', 'dc00020102',
    'dd000000020102', 'de0001a16102',
  ].map(unpacked),
  ...['df00000001a16202', '81c001', '9181a161c0', '80', '90', 'ca7f800000', '8101'].map(unpacked),
  `return cmsgpack.unpack()`,
  `return cmsgpack.unpack(5)`,
  `return cmsgpack.unpack({})`,
  `return cmsgpack.pack()`,
  ...[
    `''`, `'abc'`, `'abc', 1`, `'abc', 2`, `'abc', 3`, `'abc', 4`, `'abc', -1`, `'abc', 'x'`, `'abc', nil`,
  ].map((args) => `return {cmsgpack.unpack_one(${args})}`),
  ...[`'abc', 2`, `'abc', 2, 1`, `'abc', 0`, `'abc', 0, 1`, `'abc', 1, 1`, `'abc', -1`, `'abc'`, `'abc', 5`, `'', 1`, `'abc', 1.9, 1.9`].map(
    (args) => `return {cmsgpack.unpack_limit(${args})}`,
  ),
  `return {cmsgpack._NAME, cmsgpack._VERSION, cmsgpack._COPYRIGHT, cmsgpack._DESCRIPTION}`,
  `return cjson.encode(cmsgpack.unpack(cmsgpack.pack({a={1, 2, {b='c'}}, d=1.25, e=-70000})))`,
  `return cmsgpack.unpack(('x'):rep(20000))`,
  String.raw`return cmsgpack.unpack(('\145'):rep(20000) .. '\1')`,
  `return {bit.tobit(2^32), bit.tobit(-1), bit.tobit(1.5), bit.tobit(2.5), bit.tobit(2^31), bit.tobit(1e15), bit.tobit('5'), bit.tobit(1e300)}`,
  `return {bit.bnot(5), bit.band(7, 3, 2), bit.bor(1, 2, 4), bit.bxor(1, 3), bit.bswap(0x12345678), bit.band(-1)}`,
  `return {bit.lshift(1, 31), bit.lshift(1, 32), bit.rshift(-1, 1), bit.arshift(-8, 1), bit.rshift(-1, 32), bit.lshift(1, -1)}`,
  `return {bit.rol(0x12345678, 4), bit.ror(0x12345678, 4), bit.rol(1, 0), bit.ror(-2, 33)}`,
  `return {bit.tohex(1), bit.tohex(-1), bit.tohex(255, 4), bit.tohex(255, -4), bit.tohex(255, 0), bit.tohex(255, 100), bit.tohex(255, -100)}`,
  `return bit.tohex(1, nil)`,
  ...['band()', "band('x')", 'band(1, nil)', 'tobit()', 'lshift(1)', 'bnot({})', 'tobit(0/0)', 'tobit(1/0)'].map((call) => `return bit.${call}`),
  ...[
    `'b', 1`, `'>h', 258`, `'<h', 258`, `'i', 1`, `'>I', 1`, `'l', 1`, `'>L', 2^53`, `'T', 1`, `'f', 1.5`, `'>d', 1.5`,
    `'>f', 0.1`, `'s', 'abc'`,
  ].map(structured),
  ...[
    `'c3', 'abcd'`, `'c0', 'abc'`, `'i3', 1`, `'>I5', 1`, `'bxb', 1, 2`, `'!4 bi', 1, 2`, `'!bd', 1, 2`, `'b i', 1, 2`,
    `'!2bi', 1, 2`, `'!16bl', 1, 2`,
  ].map(structured),
  ...[
    `'B', -1`, `'B', 300`, `'>i8', -2`, `'>I4', -1`, `'>I4', 2^32 + 5`, `'i4', 1.9`, `'i4', -1.9`, `'>i16', 1`, `'>i16', -1`,
    `'i16', -1`, `'>L', 2^63`,
  ].map(structured),
  ...[
    `'b>h<h', 1, 2, 3`, `'bb', 1`, `'bbb', 1`, `'i33', 1`, `'z', 1`, `'b'`, `'b', 'x'`, `'c4', 'abc'`, `'s', 5`, ``, `'!3i', 1`,
    `'!17i', 1`, `'!0i', 1`,
  ].map(structured),
  ...[
    `'c', 'a'`, `'i0', 1`, `'i2147483648', 1`, `'c99999999999', 'a'`, `''`, `'x'`, `5`, `'b', '5'`, `'sbs', 'a', 1, 'b'`,
    `'!8 s d', 'abc', 1`,
  ].map(structured),
  read('>h', '0102'),
  read('<h', '0102'),
  read('bbb', '0102'),
  read('b', '0102', ', 2'),
  read('b', '0102', ', 3'),
  read('b', '0102', ', 0'),
  read('b', '0102', ', -1'),
  read('b', '0102', ", 'x'"),
  read('b', '0102', ', 1.9'),
  read('s', '6162630064'),
  read('ss', '6162630064'),
  read('s', '616263'),
  read('bc0', '0361626364'),
  read('c0', '61626364'),
  read('c2', '61626364'),
  read('c', '61626364'),
  read('bc0', '0961626364'),
  read('sc0', '610061'),
  read('>I8', 'ffffffffffffffff'),
  read('>i8', 'ffffffffffffffff'),
  read('>i8', '8000000000000000'),
  read('<d>f', '000000000000f83f3fc00000'),
  read('Bb', 'ffff'),
  read('>i3>I3', 'fffffefffffe'),
  read('>i16', 'ff'.repeat(16)),
  read('<I16', '01'.repeat(16)),
  read('!4 bxi', '01'.repeat(16)),
  read('>hHlLT', '0102030405060708090a0b0c0d0e0f1011121314151617181920212223'),
  read('bz', '61'),
  read('c2147483640', '61'),
  read('c99999999999', '61'),
  read('i0', ''),
  read('', ''),
  `return struct.unpack()`,
  `return struct.unpack('b')`,
  ...[
    'b', 'i', 'l', 'T', 'd', 'f', '!bd', 'c5', 'x', 'h', 'i3', '!4bi', ' ', 's', 'c0', 'c', 'z', '>!8bLbIbd', '!3', '%', 'i40',
  ].map((f) => `return struct.size('${f}')`),
  `return struct.size()`,
];
