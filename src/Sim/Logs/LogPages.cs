using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The log pages that the device knows, by identifier.</summary>
internal sealed class LogPages
{
    private readonly LogPage?[] _byId = new LogPage?[256];

    public static LogPages Create()
    {
        var pages = new LogPages();
        LogPage[] all =
        [
            new SupportedLogPagesPage(), new ErrorInformationPage(), new CommandEffectsPage(), new FeatureEffectsPage(),
            new SmartHealthPage(), new FirmwareSlotPage(), new PersistentEventPage(),
            new TelemetryPage(LogId.TelemetryHostInitiated), new TelemetryPage(LogId.TelemetryControllerInitiated),
            new SelfTestPage(), new LockdownPage(),
            new SanitizeNamespaceListPage(), new SanitizeStatusPage(), new ReservationNotificationPage(),
            new ChangedNamespacesPage(LogId.ChangedAttachedNamespaces), new ChangedNamespacesPage(LogId.ChangedAllocatedNamespaces),
        ];
        foreach (var page in all) pages._byId[(byte)page.Id] = page;
        return pages;
    }

    /// <summary>All pages, ascending by identifier.</summary>
    public IEnumerable<LogPage> All => _byId.OfType<LogPage>();

    /// <summary>The page of an identifier, where this controller has it.</summary>
    public LogPage? Find(ControllerCore c, byte lid) => _byId[lid] is { } page && page.IsSupported(c) ? page : null;
}
