import fc from 'fast-check';
import t from 'tap';
import { FIRST_QUERY, listSummary, queryString, searchedFor, sortedBy } from '../../page/model/list-query.js';
import { plainText } from '../../page/model/plain-text.js';

t.test('a header that is pressed sorts by its field, the largest amounts first, and pressed again turns round', async (t) => {
  const once = sortedBy(FIRST_QUERY, 'bytesRead');
  const twice = sortedBy(once, 'bytesRead');
  t.same([once.sort, once.order, twice.order], ['bytesRead', 'desc', 'asc']);
  t.equal(sortedBy(twice, 'peer').order, 'asc', 'names begin with A');
});

t.test('the search is sent without the space around it, and not at all if it is empty', async (t) => {
  t.equal(queryString(searchedFor(FIRST_QUERY, ' a&b=c ')), 'sort=id&order=asc&limit=100&q=a%26b%3Dc');
  t.equal(queryString(searchedFor(FIRST_QUERY, '  ')), 'sort=id&order=asc&limit=100');
  t.equal(searchedFor(FIRST_QUERY, 'x'.repeat(1000)).search.length, 200);
});

t.test('how many of how many are shown is said', async (t) => {
  t.equal(listSummary(0, 0, 0, ''), 'No connections');
  t.equal(listSummary(7, 7, 7, ''), 'All 7');
  t.equal(listSummary(100, 4370, 4370, ''), 'First 100 of 4,370');
  t.equal(listSummary(7, 7, 4370, 'x'), '7 matching, of 4,370');
  t.equal(listSummary(100, 437, 4370, 'x'), 'First 100 of 437 matching, of 4,370');
  t.equal(listSummary(0, 0, 4370, 'x'), 'None of 4,370 matches');
});

t.test('what is not seen in a text is spelled out', async (t) => {
  t.equal(plainText('10.0.0.1:80'), '10.0.0.1:80');
  t.equal(plainText('<img src=x onerror=alert(1)>'), '<img src=x onerror=alert(1)>', 'markup is text like any other');
  t.equal(plainText('a\u202Eb\u0000\u200B\u{E0041}'), 'a\\u{202e}b\\u{0}\\u{200b}\\u{e0041}');
  t.equal(plainText('x\uD800'), 'x\\u{d800}', 'half of a surrogate pair');
});

t.test('a text that is too long is cut, and one that is not is left whole', async (t) => {
  t.equal(plainText('W'.repeat(10_000)), `${'W'.repeat(120)}…`);
  t.equal(plainText('😀'.repeat(60)), '😀'.repeat(60));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
    const plain = plainText(text);
    return plain.length <= 121 && !/[\p{Cc}\p{Cf}]/u.test(plain);
  }));
});
