using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// One log page: whether there is one, and what it holds. Without state of its own, for all controllers use it. Offset, size, padding,
/// moving the data and clearing the event are done by Get Log Page.
/// </summary>
internal abstract class LogPage
{
    public abstract LogId Id { get; }

    public virtual bool IsSupported(ControllerCore c) => true;

    /// <summary>NSID may name a namespace; else anything but 0 and FFFFFFFFh is refused.</summary>
    public virtual bool IsPerNamespace => false;

    /// <summary>Can be read while the subsystem is being sanitized, or after that failed (Base 2.3 5.1.1).</summary>
    public virtual bool AllowedDuringSanitize => false;

    /// <summary>CSI is looked at while CC.CSS is 110b.</summary>
    public virtual bool UsesCommandSet => false;

    /// <summary>Bytes of an entry where the offset may be an index (IOS), 0 where it may not.</summary>
    public virtual int EntrySize => 0;

    /// <summary>LIDSP of the Supported Log Pages log.</summary>
    public virtual ushort Specific(ControllerCore c) => 0;

    /// <summary>Bytes that the command moves.</summary>
    public virtual long Transferred(in GetLogPageFields fields) => 4L * (fields.NumberOfDwordsZ + 1L);

    /// <summary>
    /// Makes the page in the command's <see cref="CommandContext.Buffer"/>, from its beginning, whatever part of it was asked for. Called
    /// once a command.
    /// </summary>
    /// <param name="c">The controller asked.</param>
    /// <param name="command">Get Log Page.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="length">Bytes of the page.</param>
    public abstract Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length);

    /// <summary>The command succeeded: forgets what reading takes away.</summary>
    public virtual void Read(ControllerCore c, in GetLogPageFields fields)
    {
    }

    /// <summary>The page as a structure in the command's buffer, all zeroes at first.</summary>
    protected static ref T Blank<T>(CommandContext command, out int length)
        where T : unmanaged
    {
        length = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        var page = command.Buffer(length);
        page.Clear();
        return ref Wire.View<T>(page);
    }
}
