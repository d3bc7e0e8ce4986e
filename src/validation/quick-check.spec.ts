import { IsArray, IsEmail, IsInt, IsOptional, ValidateIf, validateSync } from 'class-validator';
import { CreateMailboxDto } from '../modules/mailbox/dto/create-mailbox.dto';
import { DeleteMailboxDto } from '../modules/mailbox/dto/delete-mailbox.dto';
import { GetMailboxDto } from '../modules/mailbox/dto/get-mailbox.dto';
import { ListMailboxesDto } from '../modules/mailbox/dto/list-mailboxes.dto';
import { PeekMessagesDto } from '../modules/mailbox/dto/peek-messages.dto';
import { PurgeMailboxDto } from '../modules/mailbox/dto/purge-mailbox.dto';
import { ReceiveMessageDto } from '../modules/mailbox/dto/receive-message.dto';
import { ReceiveMessagesDto } from '../modules/mailbox/dto/receive-messages.dto';
import { SendMessageDto } from '../modules/mailbox/dto/send-message.dto';
import { SendMessagesDto } from '../modules/mailbox/dto/send-messages.dto';
import { SettleMessagesDto } from '../modules/mailbox/dto/settle-messages.dto';
import { InitializeDto } from '../modules/system/dto/initialize.dto';
import { quickCheck } from './quick-check';

const VALUES = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  2,
  3,
  4,
  8,
  16,
  -1,
  1.5,
  NaN,
  4294967294,
  4294967295,
  4294967296,
  1n,
  '1',
  '',
  {},
  [],
  [1],
  new Array(1024).fill(1),
  new Array(1025).fill(1),
  Buffer.alloc(1),
  new Uint8Array(0),
  new Uint16Array(1),
];

it.each([
  [CreateMailboxDto, ['id', 'protected']],
  [GetMailboxDto, ['id']],
  [DeleteMailboxDto, ['id']],
  [SendMessageDto, ['mailboxId', 'data']],
  [ReceiveMessageDto, ['mailboxId', 'maxBytes']],
  [SendMessagesDto, ['mailboxId', 'messages']],
  [SettleMessagesDto, ['mailboxId', 'settlements']],
  [ListMailboxesDto, ['pageSize']],
  [PurgeMailboxDto, ['id']],
  [InitializeDto, ['maxPointers', 'inverseProbability']],
] as [new () => object, string[]][])('judges %p as class-validator does', (dto, [first, second]) => {
  const check = quickCheck(dto);
  expect(check).toBeDefined();
  let passed = 0;
  for (const a of VALUES) {
    for (const b of second === undefined ? [undefined] : VALUES) {
      const request = Object.assign(new dto(), { [first!]: a }, second === undefined ? {} : { [second]: b });
      const good = validateSync(request).length === 0;
      expect([a, b, check?.(request)]).toEqual([a, b, good]);
      if (good) passed++;
    }
  }
  expect(passed).toBeGreaterThan(0);
});

it.each([ReceiveMessagesDto, PeekMessagesDto])('judges %p as class-validator does', (dto) => {
  const check = quickCheck(dto);
  for (const maxMessages of [...VALUES, 1024, 1025]) {
    for (const maxBytes of VALUES) {
      const request = Object.assign(new dto(), { mailboxId: 1, maxMessages, maxBytes });
      expect(check?.(request)).toBe(validateSync(request).length === 0);
    }
  }
});

it('leaves to class-validator what it does not understand', () => {
  class Each {
    @IsInt({ each: true })
    value: unknown;
  }
  class Group {
    @IsInt({ groups: ['some'] })
    value: unknown;
  }
  class If {
    @ValidateIf(() => false)
    @IsInt()
    value: unknown;
  }
  for (const dto of [Each, Group, If]) expect(quickCheck(dto)).toBeUndefined();
});

it('understands the checks of class-validator that stand alone', () => {
  class Known {
    @IsOptional()
    @IsEmail()
    mail: unknown;

    @IsArray()
    list: unknown;
  }
  const check = quickCheck(Known);
  expect(check?.({ mail: undefined, list: [] })).toBe(true);
  expect(check?.({ mail: 'nobody', list: [] })).toBe(false);
  expect(check?.({ mail: 'a@example.org', list: 1 })).toBe(false);
});
