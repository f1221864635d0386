// Addresses as limits count them. Source: security reference, section 5.1 (8).
import { expect, test } from '@jest/globals';
import { limitAddress } from '../../gateway/edge/limit-address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  // Not mapped: the group before says so.
  ['::fffe:203.0.113.7', '0:0:0:0::/64'],
  ['', ''],
  ['unknown', 'unknown'],
  ['1:2:3', '1:2:3'],
])('%s counts as %s', (address, counted) => {
  expect(limitAddress(address)).toBe(counted);
});
