import t from 'tap';
import { Console, dialogue } from '../support/console.js';

t.test('a user may do what one of its selectors allows as a whole', async (t) => {
  const noCommand = (name: string): string => `-NOPERM this user has no permissions to run the '${name}' command`;
  const noKey = '-NOPERM this user has no permissions to access one of the keys used as arguments';
  const noChannel = '-NOPERM this user has no permissions to access one of the channels used as arguments';
  dialogue(t, new Console(), [
    ['ACL SETUSER bob on >secret ~a* %R~r* &news* +@string +publish +acl|whoami +eval -incr (+del ~tmp:*)', '+OK'],
    ['AUTH bob secret', '+OK'],
    ['ACL WHOAMI', '$3 bob'],
    ['SET a1 x', '+OK'],
    ['GET r1', '$-1'],
    ['SET r1 x', noKey],
    ['MGET a1 b1', noKey],
    ['INCR a1', noCommand('incr')],
    ['DEL a1', noKey],
    ['DEL tmp:1', ':0'],
    ['PUBLISH news:1 x', ':0'],
    ['PUBLISH other x', noChannel],
    ['ACL LIST', noCommand('acl|list')],
    ['AUTH default x', '+OK'],
    ['ACL DRYRUN bob GET b', "$50 This user has no permissions to access the 'b' key"],
    ['ACL GETUSER bob', '*12 $5 flags *1 $2 on $9 passwords *1 $64 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b '
      + '$8 commands $47 -@all +@string +publish +acl|whoami +eval -incr $4 keys $9 ~a* %R~r* $8 channels $6 &news* '
      + '$9 selectors *1 *6 $8 commands $10 -@all +del $4 keys $6 ~tmp:* $8 channels $0 '],
    ['ACL DELUSER bob nobody', ':1'],
    ['ACL USERS', '*1 $7 default'],
  ]);
});

t.test('of several selectors the one that allows most of a call says what is missing', async (t) => {
  const console = new Console();
  console.run('ACL SETUSER somebody on +@all ~s1 (+@all ~l*) (+get %R~*)');
  dialogue(t, console, [
    ['ACL DRYRUN somebody RPOPLPUSH l1 x', "$50 This user has no permissions to access the 'x' key"],
    ['ACL DRYRUN somebody RPOPLPUSH s1 l1', "$51 This user has no permissions to access the 'l1' key"],
    ['ACL DRYRUN somebody RPOPLPUSH x y', "$50 This user has no permissions to access the 'x' key"],
  ]);
});

t.test('a shard channel is no key that a user would have to be allowed', async (t) => {
  const console = new Console();
  console.run('ACL SETUSER somebody on +@all &news');
  dialogue(t, console, [
    ['ACL DRYRUN somebody SPUBLISH news x', '+OK'],
    ['COMMAND GETKEYS SPUBLISH news x', '*1 $4 news'],
  ]);
  t.match(console.run('ACL DRYRUN somebody SPUBLISH other x'), /channel/);
});

t.test('a script may do no more than who runs it', async (t) => {
  const console = new Console();
  for (const line of ['ACL SETUSER bob on nopass ~a +eval +get', 'SET b 1', 'AUTH bob x']) console.run(line);
  t.match(console.send('EVAL', "return redis.call('GET', 'b')", '0'), /^-ERR The user executing the script can't access at least one of the keys/);
  t.match(console.send('EVAL', "return redis.call('DEL', 'a')", '0'), /^-ERR The user executing the script can't run this command or subcommand/);
  t.equal(console.send('EVAL', "return redis.call('GET', 'a')", '0'), '$-1');
  console.run('AUTH default x');
  t.match(console.run('ACL LOG 1'), / \$6 reason \$7 command \$7 context \$3 lua \$6 object \$3 del \$8 username \$3 bob /);
});

t.test('ACL LOG names the command of a failed login as it was spelt, and takes no more than one argument', async (t) => {
  const console = new Console();
  for (const line of ['auth bob x', 'AUTH nobody x', 'auth bob y', 'HELLO 2 AUTH bob x']) console.run(line);
  const entries = [...console.run('ACL LOG').matchAll(/count :(\d+) \$6 reason \$4 auth .*? object \$\d (\w+) \$8 username \$\d (\w+) /g)];
  t.strictSame(entries.map(([, count, object, username]) => [count, object, username]), [['1', 'HELLO', 'bob'], ['2', 'auth', 'bob'], ['1', 'AUTH', 'nobody']]);
  t.match(console.run('ACL LOG RESET x'), /^-ERR unknown subcommand or wrong number of arguments for 'LOG'/);
  t.equal(console.run('ACL LOG RESET'), '+OK');
  t.equal(console.run('ACL LOG'), '*0', 'what a longer request left behind is no argument');
});

t.test('ACL SETUSER changes nothing if a rule is wrong', async (t) => {
  const wrong = (rule: string, reason: string): string => `-ERR Error in ACL SETUSER modifier '${rule}': ${reason}`;
  dialogue(t, new Console(), [
    ['ACL SETUSER bob on +nosuch', wrong('+nosuch', 'Unknown command or category name in ACL')],
    ['ACL SETUSER bob on nosuch', wrong('nosuch', 'Syntax error')],
    ['ACL SETUSER bob <secret', wrong('<secret', 'The password you are trying to remove from the user does not exist')],
    ['ACL SETUSER bob (+get', "-ERR Unmatched parenthesis in acl selector starting at '(+get'."],
    ['ACL USERS', '*1 $7 default'],
    ['ACL SETUSER bob +@all -@dangerous -config +get', '+OK'],
    ['ACL SETUSER bob off -@all nosuch', wrong('nosuch', 'Syntax error')],
    ['ACL LIST', '*2 $52 user bob off resetchannels +@all -@dangerous -config $34 user default on nopass ~* &* +@all'],
    ['ACL DELUSER default', "-ERR The 'default' user cannot be removed"],
  ]);
});
