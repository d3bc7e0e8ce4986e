import { Module } from '@nestjs/common';
import { EngineModule } from '../engine/engine.module';
import { DeliveryController } from './delivery.controller';
import { DeliveryService } from './delivery.service';
import { MailboxController } from './mailbox.controller';
import { MailboxService } from './mailbox.service';

@Module({
  imports: [EngineModule],
  controllers: [MailboxController, DeliveryController],
  providers: [MailboxService, DeliveryService],
})
export class MailboxModule {}
