namespace Concord.Tokenization.Rendering;

/// <summary>A clock that stands: renderings that tell the time are the same each time.</summary>
public sealed class StoppedClock(DateTime time) : TimeProvider
{
    /// <summary>A clock at a minute.</summary>
    public StoppedClock(int year, int month, int day, int hour, int minute)
        : this(new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified)) { }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        new(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero);
}
