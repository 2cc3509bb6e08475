using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class RegisterTests
{
    [Test]
    public void CapabilitiesReadsEachBitRangeOfCap()
    {
        var cap = new Capabilities(0x0340_A072_0F03_07FF);
        Assert.Multiple(() =>
        {
            Assert.That(cap.MqesZ, Is.EqualTo(2047));
            Assert.That(cap.Cqr, Is.True);
            Assert.That(cap.Ams, Is.EqualTo(1));
            Assert.That(cap.To, Is.EqualTo(15));
            Assert.That(cap.Dstrd, Is.EqualTo(2));
            Assert.That(cap.Nssrs, Is.True);
            Assert.That(cap.Css, Is.EqualTo(0x03));
            Assert.That(cap.Bps, Is.True);
            Assert.That(cap.Cps, Is.EqualTo(2));
            Assert.That(cap.MpsMin, Is.Zero);
            Assert.That(cap.MpsMax, Is.EqualTo(4));
            Assert.That(cap.Pmrs, Is.True);
            Assert.That(cap.Cmbs, Is.True);
            Assert.That(cap.Nsss, Is.False);
            Assert.That(cap.Crms, Is.Zero);
        });
    }

    [Test]
    public void BuildingARegisterGivesTheBitsOfTheStandard()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new ControllerConfiguration { En = true, Iosqes = 6, Iocqes = 4 }.Raw, Is.EqualTo(0x0046_0001));
            Assert.That(new ControllerConfiguration { Mps = 4, Shn = 1, Css = 6, Ams = 7, Crime = true }.Raw, Is.EqualTo(0x0100_7A60));
            Assert.That(new ControllerStatus { Rdy = true, Shst = 2, Pp = true }.Raw, Is.EqualTo(0x29));
            Assert.That(new ControllerStatus { Cfs = true, Nssro = true, St = true }.Raw, Is.EqualTo(0x52));
            Assert.That(new AdminQueueAttributes { AsqsZ = 31, AcqsZ = 63 }.Raw, Is.EqualTo(0x003F_001F));
            Assert.That(Conformance.Nvme.Version.Of(2, 3).Raw, Is.EqualTo(0x0002_0300));
            Assert.That(new CmbLocation { Bir = 2, Cqmms = true, Ofst = 0x10 }.Raw, Is.EqualTo(0x0001_000A));
            Assert.That(new CmbSize { Sqs = true, Wds = true, Szu = 1, Sz = 16 }.Raw, Is.EqualTo(0x0001_0111));
            Assert.That(new CmbMemorySpaceControl { Cre = true, Cmse = true, Cba = 0x1_2345 }.Raw, Is.EqualTo(0x1234_5003));
            Assert.That(new PmrCapabilities { Rds = true, Bir = 4, Pmrtu = 1, Pmrwbm = 2 }.Raw, Is.EqualTo(0x0000_0988));
            Assert.That(new PmrCapabilities { Pmrto = 9, Cmss = true }.Raw, Is.EqualTo(0x0109_0000));
            Assert.That(new PmrControl { En = true }.Raw, Is.EqualTo(1));
            Assert.That(new PmrStatus { Err = 1, Nrdy = true, Hsts = 2, Cbai = true }.Raw, Is.EqualTo(0x1501));
            Assert.That(new ControllerReadyTimeouts { Crwmt = 2, Crimt = 1 }.Raw, Is.EqualTo(0x0001_0002));
        });
    }

    [Test]
    public void ACmbUnitIsFourKibTimesSixteenToTheExponent()
    {
        Assert.That(new CmbSize { Szu = 0, Sz = 1 }.Bytes, Is.EqualTo(4096));
        Assert.That(new CmbSize { Szu = 1, Sz = 3 }.Bytes, Is.EqualTo(3 * 65536));
        Assert.That(new CmbSize { Szu = 6, Sz = 1 }.Bytes, Is.EqualTo(1L << 36));
    }

    [Test]
    public void AVersionIsWrittenAsPeopleSayIt()
    {
        Assert.That(new Conformance.Nvme.Version(0x0002_0100).ToString(), Is.EqualTo("2.1"));
        Assert.That(new Conformance.Nvme.Version(0x0001_0201).ToString(), Is.EqualTo("1.2.1"));
    }

    [Test]
    public void AValueThatDoesNotFitItsBitsIsRefused() =>
        Assert.That(() => new ControllerConfiguration { Mps = 16 }, Throws.InstanceOf<ArgumentOutOfRangeException>());

    // SQyTDBL at 1000h + 2y(4 << DSTRD), CQyHDBL at 1000h + (2y + 1)(4 << DSTRD).
    [TestCase(0, 0, 0x1000, 0x1004)]
    [TestCase(3, 0, 0x1018, 0x101C)]
    [TestCase(3, 2, 0x1060, 0x1070)]
    [TestCase(65535, 0, 0x80FF8, 0x80FFC)]
    public void DoorbellsLieAtTheirStride(int qid, int dstrd, int tail, int head)
    {
        Assert.That(Register.SqTailDoorbell(qid, dstrd), Is.EqualTo(tail));
        Assert.That(Register.CqHeadDoorbell(qid, dstrd), Is.EqualTo(head));
        Assert.That(Register.TryDoorbell(tail, dstrd, out var found, out var completion), Is.True);
        Assert.That((found, completion), Is.EqualTo((qid, false)));
        Assert.That(Register.TryDoorbell(head, dstrd, out found, out completion), Is.True);
        Assert.That((found, completion), Is.EqualTo((qid, true)));
    }

    [TestCase(0x0FFC, 0)]
    [TestCase(0x14, 0)]
    [TestCase(0x1002, 0)]
    [TestCase(0x1004, 1)]
    public void BetweenDoorbellsAndBelowThemIsNone(int offset, int dstrd) =>
        Assert.That(Register.TryDoorbell(offset, dstrd, out _, out _), Is.False);
}
