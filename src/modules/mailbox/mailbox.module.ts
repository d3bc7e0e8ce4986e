import { Module } from '@nestjs/common';
import { EngineModule } from '../engine/engine.module';
import { MailboxController } from './mailbox.controller';
import { MailboxService } from './mailbox.service';

@Module({
  imports: [EngineModule],
  controllers: [MailboxController],
  providers: [MailboxService],
})
export class MailboxModule {}
