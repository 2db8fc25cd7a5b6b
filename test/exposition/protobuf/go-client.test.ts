// A real body: what Go's client sends. Captured from github.com/prometheus/client_golang v1.25.0 (package push, its default
// format) with a counter, gauge, untyped value, summary, and histograms: classic, native, both, and native but empty.
import { expect, test } from 'vitest';
import { seriesLine } from './cases.ts';
import { readProtobuf } from './read-messages.ts';

const BODY = Buffer.from(
  [
    '210a06616e737765721208556e74797065642e1803220b2a090900000000000045405c0a0c626f74685f7365636f6e647312',
    '05426f74682e180422433a4108021100000000000012401a0b080111000000000000f03f280031000000000000f037380062',
    '040801100468026801680068027a0c08cc8685d80610c1abeba0038b010a0f636c61737369635f7365636f6e64731208436c',
    '61737369632e1804226c3a6a080511cdcccccc81843e411a0b0801119a9999999999b93f1a35080411000000000000f03f1a',
    '280a0f0a0874726163655f6964120364656611000000000000e83f1a0c08cc8685d80610c383eba0031a0b08041100000000',
    '80842e417a0c08cc8685d80610f7edeaa003490a0d656d7074795f7365636f6e64731206456d7074792e1804222e3a2c0800',
    '110000000000000000280631000000000000000038006204080010007a0c08cc8685d80610c3baeba003b0010a0a6a6f6273',
    '5f746f74616c120a4a6f627320646f6e652e180022580a080a045a6f6e6512000a090a046b696e641201621a410900000000',
    '0000044012280a0f0a0874726163655f696412036162631100000000000004401a0c08cc8685d80610c2a3e7a0031a0c08cc',
    '8685d80610c49be7a003223a0a140a045a6f6e65120c65752f7765737420312bc3a90a090a046b696e641201611a17090000',
    '0000000008401a0c08cc8685d806109292e7a003580a1e6c6173745f737563636573735f74696d657374616d705f7365636f',
    '6e647312275768656e20746865206a6f62206c6173742022776f726b6564222e0a496e207365636f6e64732e1801220b1209',
    '0900001040fc54d941d7010a0e6e61746976655f7365636f6e647312074e61746976652e180422b9013ab601080811666666',
    '6666c65a401a35080811000000000000f07f1a280a0f0a0874726163655f69641203676869110000000000001c401a0c08cc',
    '8685d8061081a5eba003280631000000000000f03738014a04081a100150026204080f10046204080810016204082c100162',
    '04083c100168026801680068026802680168007a0c08cc8685d80610968aeba0038201280a0f0a0874726163655f69641203',
    '676869110000000000001c401a0c08cc8685d8061081a5eba0035d0a0c737465705f7365636f6e6473120653746570732e18',
    '0222432241080a110000000000804b401a1209000000000000e03f1100000000000014401a1209ae47e17a14aeef3f110000',
    '000000002440220c08cc8685d80610acd9e8a003',
  ].join(''),
  'hex',
);

test("the protobuf parser reads what Go's client sends", () => {
  const read = readProtobuf(BODY);
  expect(typeof read === 'string' ? read : read.map(seriesLine)).toEqual([
    'answer{} 42',
    'both_seconds{} whole schema=0 count=2 sum=4.5 zero=2.938735877055719e-39:0 [|] [-1:4|1 -1 0 1]',
    'both_seconds_bucket{le="1"} 1',
    'both_seconds_bucket{le="+Inf"} 2',
    'both_seconds_sum{} 4.5',
    'both_seconds_count{} 2',
    'classic_seconds_bucket{le="0.1"} 1',
    'classic_seconds_bucket{le="1"} 4 # {trace_id="def"} 0.75 @1795244876874',
    'classic_seconds_bucket{le="1e+06"} 4',
    'classic_seconds_bucket{le="+Inf"} 5',
    'classic_seconds_sum{} 2000001.8',
    'classic_seconds_count{} 5',
    'empty_seconds{} whole schema=3 count=0 sum=0 zero=0:0 [|] [|]',
    'empty_seconds_bucket{le="+Inf"} 0',
    'empty_seconds_sum{} 0',
    'empty_seconds_count{} 0',
    'jobs_total{Zone="",kind="b"} 2.5 # {trace_id="abc"} 2.5 @1795244876874',
    'jobs_total{Zone="eu/west 1+é",kind="a"} 3',
    'last_success_timestamp_seconds{} 1700000000.25',
    'native_seconds{} whole schema=3 count=8 sum=107.1 zero=2.938735877055719e-39:1 [13:1|1] [-8:4 4:1 22:1 30:1|1 -1 0 1 1 -1 0] # {trace_id="ghi"} 7 @1795244876874',
    'native_seconds_bucket{le="+Inf"} 8 # {trace_id="ghi"} 7 @1795244876874',
    'native_seconds_sum{} 107.1',
    'native_seconds_count{} 8',
    'step_seconds{quantile="0.5"} 5',
    'step_seconds{quantile="0.99"} 10',
    'step_seconds_sum{} 55',
    'step_seconds_count{} 10',
  ]);
});
